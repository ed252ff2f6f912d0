import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { timedOut } from './backend-failure.ts';
import { ExchangeResponse } from './exchange-response.ts';
import { dropHopByHop, readHeaders } from './headers.ts';
import { ResponseBody } from './response-body.ts';
import type { ArrivingBody } from './response-body.ts';
import type { BackendRequest } from './to-backend-request.ts';

/** The waiting times of a dispatch, in milliseconds. */
interface Patience {
  /** The longest wait for `100 Continue`, or another answer. */
  readonly continueTimeoutInMs: number;
  /** The longest wait for the head of the answer, once the body is on its way; 0 for ever. */
  readonly timeoutInMs: number;
}

/**
 * Sends a request's head with `Expect: 100-continue`, and its body when the backend asks for it (RFC 9110, section
 * 10.1.1). Resolves with the head of the response. A connection serves one request.
 * @param collectBytes as of `dispatchToBackend`.
 * @throws {PolicyFailure} Timeout; the error of the connection; or the signal's reason.
 */
export async function dispatchWithContinue(
  outgoing: BackendRequest,
  { continueTimeoutInMs, timeoutInMs }: Patience,
  collectBytes: number,
  abortSignal: AbortSignal,
): Promise<ExchangeResponse> {
  abortSignal.throwIfAborted();
  const client = open(outgoing, abortSignal);
  const answered = Promise.withResolvers<IncomingMessage>();
  client.once('response', answered.resolve);
  client.once('error', answered.reject);
  const expire = (): void => {
    answered.reject(timedOut());
    client.destroy();
  };
  let timer = setTimeout(expire, continueTimeoutInMs);
  client.once('continue', () => {
    clearTimeout(timer);
    if (timeoutInMs > 0) timer = setTimeout(expire, timeoutInMs);
    sendBody(client, outgoing.body);
  });
  client.flushHeaders();
  try {
    const incoming = await answered.promise;
    const headers = readHeaders(incoming.rawHeaders);
    dropHopByHop(headers);
    const body = new ResponseBody(null, new IncomingBody(incoming, client, collectBytes));
    return new ExchangeResponse(incoming.statusCode ?? 502, headers, body, incoming.statusMessage);
  } finally {
    clearTimeout(timer);
    // A connection that breaks later shows when the body is read.
    client.on('error', () => undefined);
  }
}

function open({ origin, target, method, headers, body }: BackendRequest, signal: AbortSignal): ClientRequest {
  const send = origin.startsWith('https:') ? httpsRequest : httpRequest;
  const client = send(origin, { path: target, method, agent: false, signal });
  for (const { name, values } of headers.values()) client.setHeader(name, values);
  client.setHeader('Expect', '100-continue');
  if (body === null || Buffer.isBuffer(body)) client.setHeader('Content-Length', body?.length ?? 0);
  else client.setHeader('Transfer-Encoding', 'chunked');
  return client;
}

function sendBody(client: ClientRequest, body: BackendRequest['body']): void {
  if (body === null || Buffer.isBuffer(body)) client.end(body ?? undefined);
  else body.pipe(client);
}

/** A response's body as node's client gives it. */
class IncomingBody implements ArrivingBody {
  readonly #incoming: IncomingMessage;
  readonly #client: ClientRequest;
  readonly #collectBytes: number;

  constructor(incoming: IncomingMessage, client: ClientRequest, collectBytes: number) {
    this.#incoming = incoming;
    this.#client = client;
    this.#collectBytes = collectBytes;
  }

  readonly cancel = (): void => {
    this.#client.destroy();
  };

  async collect(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async sendTo(response: ServerResponse, onChunk?: (chunk: Buffer) => void): Promise<void> {
    response.flushHeaders();
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    try {
      for await (const chunk of this.#incoming as AsyncIterable<Buffer>) {
        onChunk?.(chunk);
        waiting.push(chunk);
        waitingBytes += chunk.length;
        if (waitingBytes < this.#collectBytes) continue;
        const isTaken = response.write(Buffer.concat(waiting));
        [waiting, waitingBytes] = [[], 0];
        if (!isTaken && !response.destroyed)
          await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
      response.end(Buffer.concat(waiting));
    } catch {
      response.destroy();
    }
  }
}
