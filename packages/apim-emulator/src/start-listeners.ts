import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { acceptAbsoluteForm } from './accept-absolute-form.ts';
import { enableTlsResets } from './enable-tls-resets.ts';

/** The idle time of connections. Clients keep theirs for less, so that none is closed under a request. */
const KEEP_ALIVE_IN_MS = 65_000;

/** The longest head of a request; a longer one is answered 431. No page tells of a limit. */
const MAXIMUM_HEAD_BYTES = 64 * 1024;

/** A port for TLS, and the server's certificate and private key as PEM. */
export interface TlsOptions {
  /** The port on 127.0.0.1; 0 picks a free one. */
  readonly port: number;
  readonly cert: string;
  readonly key: string;
}

/** The ports on 127.0.0.1 that a gateway listens on. */
export interface Listeners {
  readonly port: number;
  /** The port for TLS, if there is one. */
  readonly tlsPort: number | undefined;
  /** Has a function answer the requests of every port. */
  readonly serve: (answer: RequestListener) => void;
  /** Stops listening, and ends open connections. */
  readonly close: () => Promise<void>;
}

/**
 * Listens on 127.0.0.1; port 0 picks a free one. Nothing listens any more when one of the ports can't be had.
 * @throws the listening error, `EADDRINUSE` for a port that is taken.
 */
export async function startListeners(port: number, tls?: TlsOptions): Promise<Listeners> {
  const bounds = { keepAliveTimeout: KEEP_ALIVE_IN_MS, maxHeaderSize: MAXIMUM_HEAD_BYTES };
  const plain = createServer(bounds);
  const secure = tls && createTlsServer({ ...bounds, cert: tls.cert, key: tls.key });
  const servers: Server[] = secure ? [plain, secure] : [plain];
  const plainPort = await listen(plain, port);
  if (secure) enableTlsResets(secure);
  const tlsPort =
    secure &&
    (await listen(secure, tls.port).catch(async (error: unknown) => {
      await close(plain);
      throw error;
    }));
  return {
    port: plainPort,
    tlsPort,
    serve: (answer) => {
      for (const server of servers) server.on('request', answer);
    },
    close: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  // Node would leave what is beyond a number out.
  server.maxHeadersCount = 0;
  acceptAbsoluteForm(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
