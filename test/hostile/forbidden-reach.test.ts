import { createTheirResources, FORBIDDEN_REACH } from './requests/forbidden-reach.ts';
import { runHostile } from './run-hostile.ts';

runHostile(FORBIDDEN_REACH, createTheirResources);
