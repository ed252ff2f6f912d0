import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Destination, sendOn } from './send-on.ts';

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
  destination: Destination,
): Promise<void> {
  const headers = forwarded(message.rawHeaders);
  if (body.length > 0 || message.headers['content-length'] !== undefined)
    headers.push('content-length', String(body.length));
  const { method, url: path } = message;
  const answer = await sendOn(destination, { method, path, headers, body });
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
