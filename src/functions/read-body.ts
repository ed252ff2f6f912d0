import type { HttpRequest } from '@azure/functions';
import { GatewayError } from '../errors/gateway-error.ts';
import type { BodyLimits } from '../prediction/interfaces.ts';

/**
 * Reads a request's body, with or without a Content-Length. Only what has come is in memory, and of a call that has ended
 * meanwhile nothing is.
 * @throws GatewayError PAYLOAD_TOO_LARGE as soon as the bound is passed, and what `resize` throws, so that no more is held;
 *   CALLER_GONE when the body breaks off, however that shows; the signal's reason when that is aborted.
 */
export async function readBody(
  request: Pick<HttpRequest, 'body'>,
  contentLength: string | null,
  { maximumBytes, held, abortSignal }: BodyLimits,
): Promise<Uint8Array> {
  const declared = Number(contentLength ?? Number.NaN);
  if (declared > maximumBytes) throw tooLarge(maximumBytes);
  const chunks: Uint8Array[] = [];
  // The rest can be long in coming, and what came before it is of no use any more.
  const forget = () => chunks.splice(0);
  abortSignal.addEventListener('abort', forget, { once: true });
  const reader = request.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
  let size = 0;
  try {
    for (;;) {
      const part = reader && (await orGone(reader.read()));
      abortSignal.throwIfAborted();
      if (!part || part.done) return join(chunks, size);
      size += part.value.byteLength;
      if (size > maximumBytes) throw tooLarge(maximumBytes);
      held.resize(size, declared || 0);
      chunks.push(part.value);
    }
  } catch (error) {
    forget();
    void discard(reader);
    throw error;
  } finally {
    abortSignal.removeEventListener('abort', forget);
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

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, size);
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
