import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The only way out of a client's machine, which leads nowhere: every request is refused and remembered. */
export class RefusingProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #asked: string[] = [];

  static async start(): Promise<RefusingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RefusingProxy(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connect', ({ url = '' }, socket) => {
      this.#asked.push(url);
      // A client may be gone before it is refused.
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    server.on('request', ({ url = '' }, answer) => {
      this.#asked.push(url);
      answer.writeHead(403).end();
    });
  }

  /** The hosts, with ports, or the addresses that clients wanted to reach, in order. */
  get asked(): readonly string[] {
    return this.#asked;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
