import type { HttpRequest } from '@azure/functions';
import { GatewayError } from '../errors/gateway-error.ts';

/**
 * Reads a request's body, with or without a Content-Length.
 * @throws GatewayError PAYLOAD_TOO_LARGE as soon as the bound is passed, so that no more is held in memory; CALLER_GONE
 * when the body breaks off, however that shows.
 */
export async function readBody(
  request: Pick<HttpRequest, 'arrayBuffer' | 'body'>,
  contentLength: string | null,
  maximumBytes: number,
): Promise<Uint8Array> {
  const declared = Number(contentLength ?? Number.NaN);
  if (declared > maximumBytes) throw tooLarge(maximumBytes);
  // Only a declared length within the bound makes it safe to let the runtime gather the body.
  if (declared <= maximumBytes) return new Uint8Array(await orGone(request.arrayBuffer()));
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
  for (;;) {
    const part = reader && (await orGone(reader.read()));
    if (!part || part.done) return Buffer.concat(chunks, size);
    size += part.value.byteLength;
    if (size > maximumBytes) {
      void discard(reader);
      throw tooLarge(maximumBytes);
    }
    chunks.push(part.value);
  }
}

/** Nothing but the connection stands between a body and its reader, so nothing else can fail. */
async function orGone<Part>(reading: Promise<Part>): Promise<Part> {
  try {
    return await reading;
  } catch {
    throw new GatewayError('CALLER_GONE', 'The caller went away before its body was whole.');
  }
}

/**
 * Takes the rest off the connection, on which the refusal goes out and the platform's host sends the next request.
 * Cancelling would cut it.
 */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  try {
    while (!(await reader?.read())?.done);
  } catch {
    // Whoever sent it has broken off.
  }
}

function tooLarge(maximumBytes: number): GatewayError {
  return new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `The body is larger than ${maximumBytes} bytes, the most that is accepted.`,
  );
}
