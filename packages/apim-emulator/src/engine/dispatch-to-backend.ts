import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { ExchangeResponse } from './exchange-response.ts';
import { dropHopByHop, readHeaders } from './headers.ts';
import { ResponseBody } from './response-body.ts';
import type { ArrivingBody } from './response-body.ts';

/** The most bytes of a response that wait in memory for a slow client. */
const MAXIMUM_WAITING_BYTES = 256 * 1024;

/**
 * Sends a request to a backend. Resolves with the head of its response; the body follows, chunk by chunk.
 * @param collectBytes hold chunks back until this many bytes are there; 0 sends each on at once.
 * @throws the error of undici's: the connection, or no head within `headersTimeout`; or the signal's reason.
 */
export function dispatchToBackend(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  collectBytes: number,
  abortSignal: AbortSignal,
): Promise<ExchangeResponse> {
  return new Promise((resolve, reject) => {
    abortSignal.throwIfAborted();
    dispatcher.dispatch(options, new BackendExchange(resolve, reject, collectBytes, abortSignal));
  });
}

class BackendExchange implements Dispatcher.DispatchHandler, ArrivingBody {
  readonly #resolve: (response: ExchangeResponse) => void;
  readonly #reject: (reason: Error) => void;
  readonly #abortSignal: AbortSignal;
  readonly #collectBytes: number;
  #controller: Dispatcher.DispatchController | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #over: 'complete' | 'broken' | undefined;
  #sink: ((chunk: Buffer) => void) | undefined;
  #done: (() => void) | undefined;

  constructor(
    resolve: (response: ExchangeResponse) => void,
    reject: (reason: Error) => void,
    collectBytes: number,
    abortSignal: AbortSignal,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#collectBytes = collectBytes;
    this.#abortSignal = abortSignal;
  }

  readonly cancel = (): void => {
    if (this.#over === undefined) this.#controller?.abort(new Error('The client is gone.'));
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortSignal.aborted) this.cancel();
    else this.#abortSignal.addEventListener('abort', this.cancel, { once: true });
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
    statusMessage?: string,
  ): void {
    if (statusCode < 200) return;
    const raw = controller.rawHeaders;
    // HTTP/2 has neither a list of names and values nor a reason.
    const isHttp1 = Array.isArray(raw);
    const read = readHeaders(isHttp1 ? raw : flatten(headers));
    dropHopByHop(read);
    const reason = isHttp1 ? statusMessage : undefined;
    this.#resolve(new ExchangeResponse(statusCode, read, new ResponseBody(null, this), reason));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#sink && this.#waitingBytes + chunk.length >= this.#collectBytes) {
      this.#deliver(this.#sink, chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (!this.#sink && this.#waitingBytes > MAXIMUM_WAITING_BYTES) controller.pause();
  }

  onResponseEnd(): void {
    this.#finish('complete');
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
    this.#finish('broken');
  }

  async collect(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    await this.#readInto((chunk) => chunks.push(chunk));
    if (this.#over === 'broken') throw new Error('The backend broke the response off.');
    return Buffer.concat(chunks);
  }

  async sendTo(response: ServerResponse, onChunk?: (chunk: Buffer) => void): Promise<void> {
    if (this.#over === 'complete') {
      if (onChunk) this.#waiting.forEach(onChunk);
      response.end(this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting));
      return;
    }
    // Otherwise the head goes out with the chunks that are here already.
    if (this.#waitingBytes === 0 || this.#waitingBytes < this.#collectBytes) response.flushHeaders();
    response.on('drain', () => this.#controller?.resume());
    await this.#readInto((chunk) => {
      onChunk?.(chunk);
      if (!response.write(chunk)) this.#controller?.pause();
    });
    if (this.#over === 'broken') response.destroy();
    else response.end();
  }

  async #readInto(sink: (chunk: Buffer) => void): Promise<void> {
    this.#sink = sink;
    if (this.#waitingBytes >= this.#collectBytes || this.#over !== undefined) this.#deliver(sink);
    if (this.#over !== undefined) return;
    this.#controller?.resume();
    await new Promise<void>((resolve) => (this.#done = resolve));
  }

  #deliver(sink: (chunk: Buffer) => void, last?: Buffer): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const chunk of waiting) sink(chunk);
    if (last) sink(last);
  }

  #finish(over: 'complete' | 'broken'): void {
    this.#over ??= over;
    this.#abortSignal.removeEventListener('abort', this.cancel);
    if (this.#sink) this.#deliver(this.#sink);
    this.#done?.();
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).flatMap((one) => [name, one]),
  );
}
