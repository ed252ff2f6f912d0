import { WHAT_IS_TOLD } from './requests/what-is-told.ts';
import { runHostile } from './run-hostile.ts';

runHostile(WHAT_IS_TOLD);
