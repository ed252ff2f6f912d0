import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

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
