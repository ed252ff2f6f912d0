import { createRequire } from 'node:module';

// Azurite stops when it is told to, but doesn't notice that nobody is left to tell it.
process.on('disconnect', () => process.exit(0));
if (process.send && !process.connected) process.exit(0);

const require = createRequire(import.meta.url);
require('azurite/dist/src/blob/main.js');
