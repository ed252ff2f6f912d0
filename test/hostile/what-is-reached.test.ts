import { makeTheirs, WHAT_IS_REACHED } from './requests/what-is-reached.ts';
import { runHostile } from './run-hostile.ts';

runHostile(WHAT_IS_REACHED, makeTheirs);
