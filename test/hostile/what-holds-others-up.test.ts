import { WHAT_HOLDS_OTHERS_UP } from './requests/what-holds-others-up.ts';
import { runHostile } from './run-hostile.ts';

runHostile(WHAT_HOLDS_OTHERS_UP);
