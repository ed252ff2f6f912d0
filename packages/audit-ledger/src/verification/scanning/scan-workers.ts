import { availableParallelism } from 'node:os';
import { types } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { ScanAnswer, ScanRequest } from './scan-worker.ts';
import { type ScannedPiece, type Scanners, SCANNING_HERE } from './scanners.ts';

/** Scanners on threads of their own, which must be closed. */
export interface ScanWorkers extends Scanners {
  close(): Promise<void>;
}

/** More threads than this wait for the one that reads. */
const MOST_WORKERS = 8;
/** Few objects of a scan live long, so that a larger space for new objects would only hold garbage. */
const YOUNG_MEGABYTES = 8;

/** The first pieces are scanned on the thread of the caller: some megabytes take less time than a thread to start. */
const SCANNED_HERE = 8;

/**
 * Opens scanners. A thread is started when it is first needed.
 * @param count the most threads; one for each core when left out, eight at most.
 * @param scannedHere the number of first pieces that are scanned on the thread of the caller.
 */
export function openScanWorkers(
  count = Math.min(availableParallelism(), MOST_WORKERS),
  scannedHere = SCANNED_HERE,
): ScanWorkers {
  const answers = new Map<number, PromiseWithResolvers<ScannedPiece>>();
  let requests = 0;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const answer of answers.values()) answer.reject(failure);
    answers.clear();
  };
  const open = (): Worker => {
    const worker = new Worker(new URL('./scan-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    worker.on('message', ({ number, bytes, scan }: ScanAnswer) => {
      answers
        .get(number)
        ?.resolve({ bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), scan });
      answers.delete(number);
    });
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('A thread that scans the ledger has ended.')));
    return worker;
  };
  const workers: Worker[] = [];
  return {
    count,
    scan(bytes, rules) {
      if (failure) return Promise.reject(failure);
      const number = requests;
      requests += 1;
      if (number < scannedHere) return SCANNING_HERE.scan(bytes, rules);
      const answer = Promise.withResolvers<ScannedPiece>();
      answers.set(number, answer);
      const own = inOwnBuffer(bytes);
      const request: ScanRequest = { number, bytes: own, rules };
      const worker = (workers[number % count] ??= open());
      worker.postMessage(request, [own.buffer]);
      return answer.promise;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Gives the bytes in a buffer that can be moved. Small ones share theirs: https://nodejs.org/api/buffer.html#bufferpoolsize */
function inOwnBuffer(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  const isShared = !types.isArrayBuffer(buffer) || buffer.byteLength <= Buffer.poolSize;
  return isShared ? new Uint8Array(bytes) : new Uint8Array(buffer, byteOffset, byteLength);
}
