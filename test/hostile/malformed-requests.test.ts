import { MALFORMED_REQUESTS } from './requests/malformed-requests.ts';
import { runHostile } from './run-hostile.ts';

runHostile(MALFORMED_REQUESTS);
