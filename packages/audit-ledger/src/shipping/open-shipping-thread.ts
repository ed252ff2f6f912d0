import { getCACertificates } from 'node:tls';
import { Worker } from 'node:worker_threads';
import type { OpenThread } from './shipping-thread.ts';
import { SHIPPING_WORKER } from './shipping-worker-file.ts';
import type { ShippingWorkerData } from './shipping-worker.ts';

/** The space for new objects, which holds the events of a batch until they are sent. */
const YOUNG_MEGABYTES = 24;

/** Starts the thread that ships. It trusts the same authorities as this one, and does not keep the process alive. */
export const openShippingThread: OpenThread = (options, onEnd) => {
  const data: ShippingWorkerData = { options, authorities: getCACertificates('default') };
  const worker = new Worker(SHIPPING_WORKER, {
    name: 'audit-shipping',
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
  worker.unref();
  // The error is dropped, because it may hold a request. The thread ends after it.
  worker.on('error', () => undefined);
  worker.on('exit', onEnd);
  return { port: worker, terminate: () => worker.terminate() };
};
