import { INFORMATION_DISCLOSURE } from './requests/information-disclosure.ts';
import { runHostile } from './run-hostile.ts';

runHostile(INFORMATION_DISCLOSURE);
