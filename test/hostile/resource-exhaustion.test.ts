import { RESOURCE_EXHAUSTION } from './requests/resource-exhaustion.ts';
import { runHostile } from './run-hostile.ts';

runHostile(RESOURCE_EXHAUSTION);
