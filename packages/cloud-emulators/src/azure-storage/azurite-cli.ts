import Module, { createRequire, flushCompileCache } from 'node:module';
import { turnCollectionOff } from './azurite-collection.ts';

/** Runs the blob service of Azurite in a child process, with the arguments of its command line. */

// Azurite stops on a signal, but does not notice that its parent has ended.
process.on('disconnect', () => process.exit(0));
if (process.send && !process.connected) process.exit(0);

// Azurite's telemetry is off. Without the packages that would send it, the start takes half as long.
const prototype = Module.prototype as { require: (this: unknown, id: string) => unknown };
const load = prototype.require;
prototype.require = function (id) {
  return id === 'applicationinsights' ? {} : load.call(this, id);
};

const require = createRequire(import.meta.url);

turnCollectionOff(require);
require('azurite/dist/src/blob/main.js');
// A process that is killed would not write what it has compiled.
flushCompileCache();
