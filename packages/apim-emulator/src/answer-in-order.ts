import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Has the requests of one connection handled one after the other, as Kestrel does with those that a client sends without
 * waiting for answers (HTTP/1.1 pipelining): one client's are never handled side by side. A request whose connection
 * closes before its turn is never handled.
 * @param handle settles when the request's answer is sent; it must not reject.
 */
export function answerInOrder(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): (request: IncomingMessage, response: ServerResponse) => void {
  const lastOf = new WeakMap<Socket, Promise<void>>();
  return (request, response) => {
    const { socket } = request;
    const before = lastOf.get(socket);
    const turn = before
      ? before.then(() => (socket.destroyed ? undefined : handle(request, response)))
      : handle(request, response);
    lastOf.set(socket, turn);
    void turn.then(() => {
      if (lastOf.get(socket) === turn) lastOf.delete(socket);
    });
  };
}
