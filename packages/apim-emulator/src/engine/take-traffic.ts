import type { Socket } from 'node:net';

const taken = new WeakMap<Socket, number>();

/** The bytes that a connection has carried since it was last asked, in both directions, heads included. */
export function takeTraffic(socket: Socket): number {
  const total = socket.bytesRead + socket.bytesWritten;
  const before = taken.get(socket) ?? 0;
  taken.set(socket, total);
  return total - before;
}
