// The thread that ships the ledger, for `open-shipping-thread.ts`.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { serveShipping } from './serve-shipping.ts';
import type { ShippingOptions } from './shipping-options.ts';

/** The data that the thread is started with. */
export interface ShippingWorkerData {
  readonly options: ShippingOptions;
  /** PEM of the authorities that the thread which starts this one trusts. Each thread has a list of its own. */
  readonly authorities: readonly string[];
}

const { options, authorities } = workerData as ShippingWorkerData;
if (!isDeepStrictEqual(authorities, getCACertificates('default'))) setDefaultCACertificates(authorities);
if (parentPort) serveShipping(parentPort, options);
