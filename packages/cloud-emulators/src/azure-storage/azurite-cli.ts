import Module, { createRequire, flushCompileCache } from 'node:module';

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

/** The longest delay of Node's timers. */
const NEVER_IN_MS = 2 ** 31 - 1;

// Every ten minutes Azurite looks for blocks of data that no blob refers to any more, and deletes them one by one, each
// with a search through all of them. After some 60,000 requests that stops the process for minutes. No option turns it
// off: https://github.com/Azure/Azurite/blob/main/src/blob/gc/BlobGCManager.ts
const constants = require('azurite/dist/src/blob/utils/constants.js') as { DEFAULT_GC_INTERVAL_MS: number };
constants.DEFAULT_GC_INTERVAL_MS = NEVER_IN_MS;

require('azurite/dist/src/blob/main.js');
// A process that is killed would not write what it has compiled.
flushCompileCache();
