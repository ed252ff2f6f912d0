import type { HttpResponseInit } from '@azure/functions';
import type { Reply } from '../prediction/interfaces.ts';

interface Waiting {
  readonly part: Uint8Array;
  readonly taken: (isTaken: boolean) => void;
}

/**
 * Turns the use case's reply into the response that a handler returns: whole answers as they are, streams as an async
 * iterable that hands over one part at a time, so that nothing piles up here.
 */
export class HttpReply implements Reply, AsyncIterableIterator<Uint8Array> {
  /** Resolves when the status is known. */
  readonly response: Promise<HttpResponseInit>;
  #respond!: (response: HttpResponseInit) => void;
  #isGone = false;
  #isEnded = false;
  /** In order: an error may follow a part that the host has not taken yet. */
  readonly #waiting: Waiting[] = [];
  #deliver: ((result: IteratorResult<Uint8Array, undefined>) => void) | undefined;
  #onGone: (() => void) | undefined;

  constructor() {
    this.response = new Promise((resolve) => {
      this.#respond = resolve;
    });
  }

  send(status: number, headers: Record<string, string>, body: Uint8Array | string): void {
    this.#respond({ status, headers, body });
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
  }

  onGone(callback: () => void): void {
    this.#onGone = callback;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting.taken(true);
      return Promise.resolve({ done: false, value: waiting.part });
    }
    if (this.#isEnded || this.#isGone) return Promise.resolve({ done: true, value: undefined });
    return new Promise((deliver) => {
      this.#deliver = deliver;
    });
  }

  /** The host calls this when it stops reading, which means that the client is gone. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    const wasOpen = !this.#isGone && !(this.#isEnded && this.#waiting.length === 0);
    this.#isGone = true;
    for (const { taken } of this.#waiting.splice(0)) taken(false);
    this.#deliver?.({ done: true, value: undefined });
    this.#deliver = undefined;
    if (wasOpen) this.#onGone?.();
    return Promise.resolve({ done: true, value: undefined });
  }
}
