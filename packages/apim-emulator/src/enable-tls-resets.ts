import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * The delay of a reset. A reset discards what the other side has not read yet, so that side gets time to read first.
 */
const READING_TIME_IN_MS = 10;

/**
 * Enables `resetAndDestroy` on the connections of a TLS server. Node refuses it on a TLS socket, since only the TCP
 * socket below can be reset.
 */
export function enableTlsResets(server: Server): void {
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
