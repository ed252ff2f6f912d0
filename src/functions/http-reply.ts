import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { HttpResponseInit } from '@azure/functions';
import type { Reply } from '../prediction/reply.ts';

/** One request to the HTTP server of the `@azure/functions` library, and its response. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Resolves when nothing more goes out: true when the response has been sent whole. */
  readonly closed: Promise<boolean>;
}

/** The message of Node's channel `http.server.request.start`. */
interface Started extends Exchange {
  readonly server: Server;
}

/** The time for which a closed exchange is kept that no function has taken. */
const UNCLAIMED_IN_MS = 30_000;

/**
 * The time for which the server keeps an idle connection. It is longer than that of the host, whose proxy closes an idle
 * connection after a minute. With Node's five seconds the server could close a connection on which a request is coming, and
 * the caller would get 502.
 * Source: https://learn.microsoft.com/dotnet/api/system.net.http.socketshttphandler.pooledconnectionidletimeout
 */
const KEEP_ALIVE_IN_MS = 120_000;

const exchanges = new Map<string, Exchange>();

/**
 * Watches the server by which the library receives requests and sends answers (`enableHttpStream`). The library itself
 * doesn't show that a client has left or reads slowly. It also takes headers from metadata in which a body's member or a
 * query's parameter with the name `headers` hides them.
 * Source: https://nodejs.org/api/diagnostics_channel.html#http
 */
export function watchLibraryServer(): void {
  subscribe('http.server.request.start', (started) => {
    const { request, response, server } = started as Started;
    const invocationId = request.headers['x-ms-invocation-id'];
    if (typeof invocationId !== 'string') return;
    server.keepAliveTimeout = KEEP_ALIVE_IN_MS;
    const closed = new Promise<boolean>((resolve) => {
      // Node 22 also finishes a response (`writableFinished`) whose connection is cut after its end was written.
      response.once('finish', () => resolve(!request.socket.destroyed));
      response.once('close', () => {
        resolve(false);
        if (exchanges.has(invocationId))
          setTimeout(() => exchanges.delete(invocationId), UNCLAIMED_IN_MS).unref();
      });
    });
    // The library goes on writing for a moment after the client is gone; the error of that is ignored.
    response.on('error', () => undefined);
    exchanges.set(invocationId, { request, response, closed });
  });
}

/** Returns the exchange of an invocation, once; undefined under a host that calls handlers itself. */
export function takeExchange(invocationId: string): Exchange | undefined {
  const exchange = exchanges.get(invocationId);
  exchanges.delete(invocationId);
  return exchange;
}

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
