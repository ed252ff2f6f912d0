import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { type Agent, request } from 'node:https';

/** The server on 127.0.0.1 that requests are forwarded to. */
export interface Destination {
  readonly port: number;
  readonly agent: Agent;
}

/** The request that is forwarded. */
interface ServerRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: OutgoingHttpHeaders | readonly string[];
  readonly body?: Buffer;
}

/**
 * Sends a request and returns the head of its answer. A request on a kept connection that the server has just closed is
 * sent again on a new one: https://nodejs.org/api/http.html#requestreusedsocket
 */
export function sendToServer({ port, agent }: Destination, sent: ServerRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { body, ...options } = sent;
    const outgoing = request({ host: '127.0.0.1', port, agent, ...options });
    outgoing.once('response', resolve).once('error', (error: NodeJS.ErrnoException) => {
      if (outgoing.reusedSocket && error.code === 'ECONNRESET')
        sendToServer({ port, agent }, sent).then(resolve, reject);
      else reject(error);
    });
    outgoing.end(body);
  });
}
