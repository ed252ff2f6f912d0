import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** One request that the library's own server received, and its response. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Resolves when nothing more goes out: true when the response has been sent whole. */
  readonly closed: Promise<boolean>;
}

/** The message of Node's channel, as far as it is used here. */
interface Started extends Exchange {
  readonly server: Server;
}

/** The time for which an exchange is kept that is over and whose function was not called. */
const UNCLAIMED_IN_MS = 30_000;

/**
 * How long the server keeps a connection on which nothing happens: longer than the host, whose proxy lets go of one after a
 * minute. With Node's five seconds the server could close a connection on which a request is coming, and its caller would
 * get 502.
 * Source: https://learn.microsoft.com/dotnet/api/system.net.http.socketshttphandler.pooledconnectionidletimeout
 */
const KEEP_ALIVE_IN_MS = 120_000;

const exchanges = new Map<string, Exchange>();

/**
 * Watches the server by which the library receives requests and sends answers (`enableHttpStream`). The library shows
 * neither that a client has left nor that it reads slowly, and takes headers from metadata in which a body's member or a
 * query's parameter called `headers` hides them.
 * Source: https://nodejs.org/api/diagnostics_channel.html#http
 */
export function watchLibraryServer(): void {
  subscribe('http.server.request.start', (started) => {
    const { request, response, server } = started as Started;
    const invocationId = request.headers['x-ms-invocation-id'];
    if (typeof invocationId !== 'string') return;
    server.keepAliveTimeout = KEEP_ALIVE_IN_MS;
    const closed = new Promise<boolean>((resolve) => {
      // Node 22 finishes a response, and says `writableFinished`, when its connection is cut after its end was written.
      response.once('finish', () => resolve(!request.socket.destroyed));
      response.once('close', () => {
        resolve(false);
        if (exchanges.has(invocationId))
          setTimeout(() => exchanges.delete(invocationId), UNCLAIMED_IN_MS).unref();
      });
    });
    // The library goes on writing for a moment when the client is gone.
    response.on('error', () => undefined);
    exchanges.set(invocationId, { request, response, closed });
  });
}

/** Gives the exchange of an invocation, once; undefined under a host that calls handlers itself. */
export function takeExchange(invocationId: string): Exchange | undefined {
  const exchange = exchanges.get(invocationId);
  exchanges.delete(invocationId);
  return exchange;
}
