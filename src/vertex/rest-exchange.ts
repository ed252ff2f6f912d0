import type { Dispatcher } from 'undici';
import type { IncomingHttpHeaders } from 'node:http';

/** An answer whose status and headers are there. Its body comes in parts; leaving them early cuts the connection. */
export interface RestAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Buffer>;
}

/** The bytes that are held while nobody asks for a part. The connection waits when there are more. */
const HELD_BYTES = 65_536;

type Part = IteratorResult<Buffer, undefined>;

/**
 * Sends one request, and resolves when the head of its answer is there. undici's `request` makes a stream of each body,
 * with an iterator over it, which takes longer than all else that it does for a short answer.
 * @throws the signal's reason, or undici's error.
 */
export function exchange(
  pool: Pick<Dispatcher, 'dispatch'>,
  request: Dispatcher.DispatchOptions,
  abortSignal: AbortSignal,
): Promise<RestAnswer> {
  const exchanged = new RestExchange(abortSignal);
  pool.dispatch(request, exchanged);
  return exchanged.answer;
}

class RestExchange implements Dispatcher.DispatchHandler, AsyncIterableIterator<Buffer> {
  readonly answer: Promise<RestAnswer>;
  readonly #abortSignal: AbortSignal;
  readonly #respond: (answer: RestAnswer) => void;
  readonly #refuse: (error: Error) => void;
  readonly #abort = (): void => this.#cut(this.#abortSignal.reason as Error);
  #controller: Dispatcher.DispatchController | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isEnded = false;
  #failure: Error | undefined;
  #waiting: PromiseWithResolvers<Part> | undefined;

  constructor(abortSignal: AbortSignal) {
    this.#abortSignal = abortSignal;
    const { promise, resolve, reject } = Promise.withResolvers<RestAnswer>();
    this.answer = promise;
    this.#respond = resolve;
    this.#refuse = reject;
    if (abortSignal.aborted) this.#abort();
    else abortSignal.addEventListener('abort', this.#abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    if (statusCode >= 200) this.#respond({ statusCode, headers, body: this });
  }

  onResponseData(controller: Dispatcher.DispatchController, part: Buffer): void {
    if (this.#failure) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) {
      waiting.resolve({ done: false, value: part });
      return;
    }
    this.#held.push(part);
    this.#heldBytes += part.length;
    if (this.#heldBytes > HELD_BYTES) controller.pause();
  }

  onResponseEnd(): void {
    this.#isEnded = true;
    this.#abortSignal.removeEventListener('abort', this.#abort);
    this.#waiting?.resolve({ done: true, value: undefined });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Part> {
    const value = this.#held.shift();
    if (value) {
      this.#heldBytes -= value.length;
      if (this.#held.length === 0) this.#controller?.resume();
      return Promise.resolve({ done: false, value });
    }
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Cuts the connection, unless the answer is whole. */
  return(): Promise<Part> {
    if (!this.#isEnded) this.#cut(new Error('The rest of the answer is not read.'));
    return Promise.resolve({ done: true, value: undefined });
  }

  #cut(reason: Error): void {
    this.#held = [];
    this.#fail(reason);
    this.#controller?.abort(reason);
  }

  #fail(error: Error): void {
    if (this.#failure || this.#isEnded) return;
    this.#failure = error;
    this.#abortSignal.removeEventListener('abort', this.#abort);
    this.#refuse(error);
    this.#waiting?.reject(error);
  }
}
