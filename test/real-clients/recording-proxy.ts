import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, request as requestOverTls } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A call as a client sent it, and the answer's head. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The status of the answer; 0 when there was none. */
  readonly status: number;
  /** The answer's `x-request-id`; empty when it had none. */
  readonly requestId: string;
}

/** The TLS of a proxy, and that of its target. */
export interface ProxyTls {
  /** PEM of the proxy's certificate and its private key. */
  readonly server: { readonly cert: string; readonly key: string };
  /** PEM of the authority of the target's certificate. */
  readonly targetAuthority: string;
}

/** Stands between a client and the gateway on the loopback interface, changes nothing, and remembers each call. */
export class RecordingProxy {
  readonly url: string;
  readonly #server: Server;
  #exchanges: Promise<Exchange>[] = [];

  /**
   * Starts a proxy on a free port. @param target origin that all calls go to.
   * @param tls for a target with `https:`; the proxy has the same scheme.
   */
  static async start(target: string, tls?: ProxyTls): Promise<RecordingProxy> {
    const server = tls ? createTlsServer(tls.server) : createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const send: Send = tls
      ? (url, options) => requestOverTls(url, { ...options, ca: tls.targetAuthority })
      : request;
    return new RecordingProxy(server, target, send);
  }

  private constructor(server: Server, target: string, send: Send) {
    this.#server = server;
    const { protocol } = new URL(target);
    this.url = `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) =>
      this.#exchanges.push(passOn(target, send, incoming, outgoing)),
    );
  }

  /** Resolves with the calls since the last time, in the order of their arrival, when each has its answer's head. */
  take(): Promise<Exchange[]> {
    const taken = this.#exchanges;
    this.#exchanges = [];
    return Promise.all(taken);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

type Send = (url: string, options: RequestOptions) => ClientRequest;

function passOn(
  target: string,
  send: Send,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<Exchange> {
  const { method = '', url = '', rawHeaders } = incoming;
  const headers = pairs(rawHeaders);
  const onward = headers.filter(([name]) => name !== 'host').flat();
  const upstream = send(`${target}${url}`, { method, headers: ['host', new URL(target).host, ...onward] });
  incoming.pipe(upstream);
  // A client that leaves in mid-answer leaves the gateway too.
  outgoing.on('close', () => upstream.destroy());
  return new Promise((resolve) => {
    const end = (status: number, requestId: string): void =>
      resolve({ method, path: url, headers, status, requestId });
    upstream.on('response', (answer) => {
      const { statusCode = 0, headers: head } = answer;
      outgoing.writeHead(statusCode, answer.rawHeaders);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
      end(statusCode, String(head['x-request-id'] ?? ''));
    });
    upstream.on('error', () => {
      outgoing.destroy();
      end(0, '');
    });
  });
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ''] as [string, string]] : [],
  );
}
