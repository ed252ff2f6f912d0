import type { HttpResponseInit } from '@azure/functions';
import type { Reply } from '../prediction/reply.ts';
import type { Exchange } from './library-server.ts';

interface Waiting {
  readonly part: Uint8Array;
  readonly taken: (isTaken: boolean) => void;
}

/**
 * Turns the use case's reply into the response that a handler returns. A whole answer has its length. A stream is an async
 * iterable that hands over one part at a time, and none until the connection has taken the part before, so that nothing
 * piles up.
 */
export class HttpReply implements Reply, AsyncIterableIterator<Uint8Array> {
  /** Resolves when the status is known. */
  readonly response: Promise<HttpResponseInit>;
  readonly over: Promise<boolean>;
  readonly #connection: Exchange['response'] | undefined;
  readonly #respond: (response: HttpResponseInit) => void;
  readonly #close: (isWhole: boolean) => void;
  #isGone = false;
  #isEnded = false;
  /** The parts that the host has not taken yet, in order; an error may follow another part. */
  readonly #waiting: Waiting[] = [];
  #deliver: ((result: IteratorResult<Uint8Array, undefined>) => void) | undefined;
  #onGone: (() => void) | undefined;

  /** @param exchange the exchange by which the answer goes out; left out where the runtime doesn't show it. */
  constructor(exchange?: Pick<Exchange, 'response' | 'closed'>) {
    this.#connection = exchange?.response;
    const response = Promise.withResolvers<HttpResponseInit>();
    this.response = response.promise;
    this.#respond = response.resolve;
    const over = Promise.withResolvers<boolean>();
    this.over = over.promise;
    this.#close = over.resolve;
    void exchange?.closed.then((isWhole) => {
      if (!isWhole) this.#leave();
      this.#close(isWhole);
    });
  }

  send(status: number, headers: Record<string, string>, body: Uint8Array | string): void {
    const length = String(Buffer.byteLength(body));
    this.#respond({ status, headers: { ...headers, 'content-length': length }, body });
    this.#finish();
  }

  begin(status: number, headers: Record<string, string>): void {
    this.#respond({ status, headers, body: this });
  }

  write(part: Uint8Array | string): Promise<boolean> {
    if (this.#isGone) return Promise.resolve(false);
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    if (this.#deliver) {
      this.#deliver({ done: false, value: bytes });
      this.#deliver = undefined;
      return Promise.resolve(true);
    }
    return new Promise((taken) => {
      this.#waiting.push({ part: bytes, taken });
    });
  }

  end(): void {
    this.#isEnded = true;
    if (this.#waiting.length > 0) return;
    this.#deliver?.({ done: true, value: undefined });
    this.#deliver = undefined;
    this.#finish();
  }

  abandon(): void {
    this.#connection?.destroy();
    this.#leave();
  }

  onGone(callback: () => void): void {
    this.#onGone = callback;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const connection = this.#connection;
    if (!this.#isGone && connection?.writableNeedDrain) return this.#drained(connection);
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting.taken(true);
      return Promise.resolve({ done: false, value: waiting.part });
    }
    if (this.#isEnded || this.#isGone) {
      this.#finish();
      return Promise.resolve({ done: true, value: undefined });
    }
    return new Promise((deliver) => {
      this.#deliver = deliver;
    });
  }

  /** Marks the client as gone if the answer has not ended. A host that calls handlers itself stops reading then. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!(this.#isEnded && this.#waiting.length === 0)) this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #drained(connection: Exchange['response']): Promise<IteratorResult<Uint8Array, undefined>> {
    await Promise.race([new Promise((drained) => connection.once('drain', drained)), this.over]);
    return this.next();
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const { taken } of this.#waiting.splice(0)) taken(false);
    this.#deliver?.({ done: true, value: undefined });
    this.#deliver = undefined;
    this.#close(false);
    this.#onGone?.();
  }

  /** Resolves `over` when the answer is handed over, if the runtime doesn't show the connection. */
  #finish(): void {
    if (!this.#connection) this.#close(!this.#isGone);
  }
}
