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

/** A response whose status and headers are known. */
export interface BegunResponse extends HttpResponseInit {
  readonly status: number;
  readonly headers: Record<string, string>;
}

interface Waiting {
  readonly part: Uint8Array;
  readonly taken: (isTaken: boolean) => void;
}

type Handed = IteratorResult<Uint8Array, undefined>;

/**
 * Turns the use case's reply into the response that a handler returns, with a body that is an async iterable. Once the
 * library asks the body for its first part, it has set the headers of its own response. From then on the parts are written
 * to that response at once, and the body only tells the library when it may end it. So nothing copies them, and nothing
 * piles up: no part is taken before the connection has taken the one before. Where the runtime doesn't show the connection,
 * the body hands over one part at a time.
 */
export class HttpReply implements Reply, AsyncIterableIterator<Uint8Array> {
  /** Resolves when the status is known. */
  readonly response: Promise<BegunResponse>;
  readonly over: Promise<boolean>;
  readonly #connection: Exchange['response'] | undefined;
  readonly #respond: (response: BegunResponse) => void;
  readonly #close: (isWhole: boolean) => void;
  #isGone = false;
  #isEnded = false;
  /** The parts that have not been taken yet, in order; an error may follow another part. */
  readonly #waiting: Waiting[] = [];
  /** Answers the library's question for the next part; undefined until it asks. */
  #deliver: ((handed: Handed) => void) | undefined;
  #onGone: (() => void) | undefined;

  /** @param exchange the exchange by which the answer goes out; left out where the runtime doesn't show it. */
  constructor(exchange?: Pick<Exchange, 'response' | 'closed'>) {
    this.#connection = exchange?.response;
    const response = Promise.withResolvers<BegunResponse>();
    this.response = response.promise;
    this.#respond = response.resolve;
    const over = Promise.withResolvers<boolean>();
    this.over = over.promise;
    this.#close = over.resolve;
    void exchange?.closed.then((isWhole) => {
      if (!isWhole) this.#leave();
      this.#close(isWhole);
    });
    exchange?.response.on('drain', () => this.#passWaiting());
  }

  send(status: number, headers: Record<string, string>, body: Uint8Array | string): void {
    const length = String(Buffer.byteLength(body));
    const whole = { status, headers: { ...headers, 'content-length': length } };
    if (this.#connection) {
      this.#respond({ ...whole, body: this });
      void this.write(body);
      this.end();
    } else {
      this.#respond({ ...whole, body });
      this.#close(!this.#isGone);
    }
  }

  begin(status: number, headers: Record<string, string>): void {
    this.#respond({ status, headers, body: this });
  }

  write(part: Uint8Array | string): boolean | Promise<boolean> {
    if (this.#isGone) return false;
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    if (this.#waiting.length === 0 && this.#pass(bytes)) return true;
    return new Promise((taken) => {
      this.#waiting.push({ part: bytes, taken });
    });
  }

  end(): void {
    this.#isEnded = true;
    this.#passWaiting();
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

  next(): Promise<Handed> {
    return new Promise((deliver) => {
      this.#deliver = deliver;
      this.#passWaiting();
    });
  }

  /** Marks the client as gone if the answer has not ended. A host that calls handlers itself stops reading then. */
  return(): Promise<Handed> {
    if (!(this.#isEnded && this.#waiting.length === 0)) this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Passes a part on where it can be taken now. @returns false where it can't. */
  #pass(part: Uint8Array): boolean {
    if (!this.#deliver || this.#connection?.writableNeedDrain) return false;
    if (this.#connection) this.#connection.write(part);
    else {
      this.#deliver({ done: false, value: part });
      this.#deliver = undefined;
    }
    return true;
  }

  /** Passes on the parts that can be taken now, and the end when it follows them. */
  #passWaiting(): void {
    for (let [first] = this.#waiting; first && this.#pass(first.part); [first] = this.#waiting) {
      this.#waiting.shift();
      first.taken(true);
    }
    if (this.#isGone || (this.#isEnded && this.#waiting.length === 0)) this.#finish();
  }

  /** Hands over the end. The answer is over then, if the runtime doesn't show the connection. */
  #finish(): void {
    this.#deliver?.({ done: true, value: undefined });
    this.#deliver = undefined;
    if (!this.#connection) this.#close(!this.#isGone);
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const { taken } of this.#waiting.splice(0)) taken(false);
    this.#finish();
    this.#close(false);
    this.#onGone?.();
  }
}
