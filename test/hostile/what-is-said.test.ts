import { WHAT_IS_SAID } from './requests/what-is-said.ts';
import { runHostile } from './run-hostile.ts';

runHostile(WHAT_IS_SAID);
