import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** A reset makes the other side forget what it has not read yet; this gives it time to read what was sent before. */
const READING_TIME_IN_MS = 10;

/**
 * Lets `resetAndDestroy` work on the connections of a TLS server. Node refuses it on a TLS socket, since only the TCP
 * socket below can be reset.
 */
export function makeResettable(server: Server): void {
  const byPort = new Map<number, Socket>();
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    byPort.set(port, socket);
    socket.once('close', () => byPort.delete(port));
  });
  server.on('secureConnection', (secure: TLSSocket) => {
    const socket = byPort.get(secure.remotePort ?? 0);
    if (!socket) return;
    secure.resetAndDestroy = () => {
      setTimeout(() => socket.resetAndDestroy(), READING_TIME_IN_MS);
      return secure;
    };
  });
}
