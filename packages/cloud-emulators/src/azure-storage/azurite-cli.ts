import Module, { createRequire } from 'node:module';

// Azurite stops when it is told to, but doesn't notice that nobody is left to tell it.
process.on('disconnect', () => process.exit(0));
if (process.send && !process.connected) process.exit(0);

// Its telemetry is switched off. Without the packages that would send it, it can't be sent, and the start takes half as long.
const prototype = Module.prototype as { require: (this: unknown, id: string) => unknown };
const load = prototype.require;
prototype.require = function (id) {
  return id === 'applicationinsights' ? {} : load.call(this, id);
};

const require = createRequire(import.meta.url);
require('azurite/dist/src/blob/main.js');
