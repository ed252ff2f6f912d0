import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Destination, sendToServer } from './send-to-server.ts';

/** The headers that belong to one connection only, and the length, which is set anew. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'expect',
  'content-length',
]);

/**
 * Forwards a request as it came, with its `Host` and the case of its headers, and streams the answer back.
 * @throws Error when the server can't be reached, or breaks off within its answer.
 */
export async function forward(
  message: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  destination: Destination,
): Promise<void> {
  const headers = forwarded(message.rawHeaders);
  if (body.length > 0 || message.headers['content-length'] !== undefined)
    headers.push('content-length', String(body.length));
  const { method, url: path } = message;
  const answer = await sendToServer(destination, { method, path, headers, body });
  const length = answer.headers['content-length'];
  response.writeHead(answer.statusCode ?? 502, [
    ...forwarded(answer.rawHeaders),
    ...(length === undefined ? [] : ['content-length', length]),
  ]);
  try {
    await pipeline(answer, response);
  } catch (error) {
    // A client that leaves is no error.
    if (!response.destroyed) throw error;
  }
}

function forwarded(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && !NOT_FORWARDED.has(name.toLowerCase()) ? [name, rawHeaders[index + 1] ?? ''] : [],
  );
}
