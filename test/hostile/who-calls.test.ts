import { WHO_CALLS } from './requests/who-calls.ts';
import { runHostile } from './run-hostile.ts';

runHostile(WHO_CALLS);
