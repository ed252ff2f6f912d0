import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Agent, request } from 'node:https';
import { pipeline } from 'node:stream/promises';

/** Where requests go on to: a server on 127.0.0.1. */
export interface Destination {
  readonly port: number;
  readonly agent: Agent;
}

/** What concerns one connection only, and the length, which is told anew. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'expect',
  'content-length',
]);

/**
 * Sends a request on as it came, `Host` and the case of its headers included, and its answer back as it comes.
 * @throws Error when the server is not there, or leaves in the midst of its answer.
 */
export async function forward(
  message: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  { port, agent }: Destination,
): Promise<void> {
  const headers = forwarded(message.rawHeaders);
  if (body.length > 0 || message.headers['content-length'] !== undefined)
    headers.push('content-length', String(body.length));
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: '127.0.0.1', port, agent, method: message.method, path: message.url, headers })
      .once('response', resolve)
      .once('error', reject)
      .end(body);
  });
  const length = answer.headers['content-length'];
  response.writeHead(answer.statusCode ?? 502, [
    ...forwarded(answer.rawHeaders),
    ...(length === undefined ? [] : ['content-length', length]),
  ]);
  try {
    await pipeline(answer, response);
  } catch (error) {
    // The client may leave when it likes.
    if (!response.destroyed) throw error;
  }
}

function forwarded(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && !NOT_FORWARDED.has(name.toLowerCase()) ? [name, rawHeaders[index + 1] ?? ''] : [],
  );
}
