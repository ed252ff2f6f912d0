import type { ServerResponse } from 'node:http';
import type { HttpResponse, HttpResponseInit } from '@azure/functions';
import { type BodyStream, readResponseBody, type ResponseBody } from './response-body.ts';

/** Headers of one connection, which the worker doesn't pass on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
]);
const WITHOUT_BODY = new Set([204, 205, 304]);

interface Head {
  readonly status: number;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: string[];
}

/**
 * Writes what a handler returned: a whole body in one go, a stream chunk by chunk with back-pressure. When the client
 * leaves, the stream is cancelled; it has been asked for its first chunk by then, so that a generator's `finally` runs.
 * @param whole collect a stream before anything is sent, as the host does without `enableHttpStream`.
 * @throws for a result that is no response, and for a stream that fails while the client is there; the head may have
 * been sent by then.
 */
export async function writeResponse(
  result: HttpResponseInit | HttpResponse,
  response: ServerResponse,
  whole: boolean,
): Promise<void> {
  if (typeof result !== 'object') throw new TypeError(`A handler returned ${typeof result}, not a response.`);
  const status = result.status ?? 200;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new RangeError(`${status} is not a status of a response.`);
  if (result.cookies && result.cookies.length > 0)
    throw new Error('"cookies" of a response is not supported by the local host: set the header.');
  const body = bodyOf(result);
  const head = { status, headers: flatten(result.headers) };
  if (body?.type !== undefined && !hasHeader(head.headers, 'content-type'))
    head.headers.push('content-type', body.type);
  if (body && 'stream' in body && !WITHOUT_BODY.has(status)) {
    return whole ? writeCollected(head, body.stream, response) : pipe(head, body.stream, response);
  }
  if (body && 'stream' in body) body.stream.cancel();
  writeWhole(head, body && 'bytes' in body && !WITHOUT_BODY.has(status) ? body.bytes : undefined, response);
}

function bodyOf(result: HttpResponseInit | HttpResponse): ResponseBody {
  if ('jsonBody' in result && result.jsonBody !== undefined && result.jsonBody !== null)
    return { bytes: JSON.stringify(result.jsonBody), type: 'application/json' };
  return readResponseBody(result.body);
}

function writeWhole(head: Head, bytes: string | Uint8Array | undefined, response: ServerResponse): void {
  const { status, headers } = head;
  if (!WITHOUT_BODY.has(status) && !hasHeader(headers, 'content-length'))
    headers.push('content-length', String(bytes === undefined ? 0 : Buffer.byteLength(bytes)));
  response.writeHead(status, headers).end(bytes);
}

async function writeCollected(head: Head, stream: BodyStream, response: ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await stream.next(); chunk; chunk = await stream.next()) chunks.push(chunk);
  writeWhole(head, Buffer.concat(chunks), response);
}

async function pipe(head: Head, stream: BodyStream, response: ServerResponse): Promise<void> {
  let left = response.destroyed;
  let ended = false;
  let resume: (() => void) | undefined;
  response.on('close', () => {
    left = true;
    resume?.();
    if (!ended) stream.cancel();
  });
  response.on('drain', () => resume?.());
  try {
    for (let chunk = await stream.next(); chunk; chunk = await stream.next()) {
      if (left) break;
      if (!response.headersSent) response.writeHead(head.status, head.headers);
      if (!response.write(chunk)) await new Promise<void>((resolve) => (resume = resolve));
    }
    ended = true;
  } catch (error) {
    ended = true;
    if (!left) throw error;
  }
  if (left) return stream.cancel();
  if (!response.headersSent) response.writeHead(head.status, head.headers);
  response.end();
}

function flatten(headers: HttpResponseInit['headers']): string[] {
  const flat: string[] = [];
  if (!headers) return flat;
  const pairs = isIterable(headers) ? headers : Object.entries(headers);
  for (const [name, value] of pairs) {
    if (HOP_BY_HOP.has(name.toLowerCase())) continue;
    flat.push(name, String(value));
  }
  return flat;
}

function isIterable(headers: object): headers is Iterable<[string, string]> {
  return Symbol.iterator in headers;
}

function hasHeader(flat: readonly string[], name: string): boolean {
  for (let index = 0; index < flat.length; index += 2) {
    if (flat[index]?.toLowerCase() === name) return true;
  }
  return false;
}
