import type { Socket } from 'node:net';

const taken = new WeakMap<Socket, number>();

/**
 * Returns the bytes that a connection has carried since the last call of this function for it, in both directions, with
 * heads.
 */
export function bytesSinceLastCall(socket: Socket): number {
  const total = socket.bytesRead + socket.bytesWritten;
  const before = taken.get(socket) ?? 0;
  taken.set(socket, total);
  return total - before;
}
