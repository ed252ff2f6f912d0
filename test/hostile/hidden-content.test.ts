import { HIDDEN_CONTENT } from './requests/hidden-content.ts';
import { runHostile } from './run-hostile.ts';

runHostile(HIDDEN_CONTENT);
