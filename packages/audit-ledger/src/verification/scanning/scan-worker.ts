// A thread that scans pieces of chains for `scan-workers.ts`.
import { parentPort } from 'node:worker_threads';
import { type ScanRules, type SealedScan, scanSealed } from './scan-sealed.ts';

/** A piece that is to be scanned. */
export interface ScanRequest {
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rules: ScanRules;
}

/** The answer, which has the number of its request, and its bytes. */
export interface ScanAnswer extends Pick<ScanRequest, 'number' | 'bytes'> {
  readonly scan: SealedScan | undefined;
}

parentPort?.on('message', ({ number, bytes, rules }: ScanRequest) => {
  const scan = scanSealed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), rules);
  const answer: ScanAnswer = { number, bytes, scan };
  parentPort?.postMessage(answer, [bytes.buffer, ...(scan ? [scan.closings.buffer] : [])]);
});
