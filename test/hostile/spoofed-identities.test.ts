import { SPOOFED_IDENTITIES } from './requests/spoofed-identities.ts';
import { runHostile } from './run-hostile.ts';

runHostile(SPOOFED_IDENTITIES);
