import { request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { PREDICT } from './start-edge.ts';

/** Milliseconds: far more than a stream of these tests takes, and less than a test may take. */
const PATIENCE_IN_MS = 10_000;

/**
 * Makes a prediction and reads its answer as it arrives.
 * @param onChunk sees how many chunks there are, after each of them.
 * @throws Error with what has arrived, for a stream that isn't whole in 10 seconds: one that is held back until the
 * function app ends it, while the function app waits for the caller, would never be.
 */
export function readStream(
  port: number,
  headers: OutgoingHttpHeaders,
  onChunk: (count: number) => void,
): Promise<string[]> {
  const chunks: string[] = [];
  const signal = AbortSignal.timeout(PATIENCE_IN_MS);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(
        signal.aborted
          ? new Error(`The stream isn't whole after 10 s; of it arrived: ${JSON.stringify(chunks)}`)
          : error,
      );
    const options = { host: '127.0.0.1', port, path: PREDICT, method: 'POST', headers, signal };
    const outgoing = request(options, (response) => {
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk.toString());
        onChunk(chunks.length);
      });
      response.on('end', () => resolve(chunks));
      response.on('error', fail);
    });
    outgoing.on('error', fail);
    outgoing.end('{}');
  });
}
