import type { HttpRequest } from '@azure/functions';
import { GatewayError } from '../errors/gateway-error.ts';

/**
 * Reads a request's body, with or without a Content-Length.
 * @throws GatewayError PAYLOAD_TOO_LARGE as soon as the bound is passed, so that no more is held in memory.
 */
export async function readBody(
  request: Pick<HttpRequest, 'arrayBuffer' | 'body'>,
  contentLength: string | null,
  maximumBytes: number,
): Promise<Uint8Array> {
  const declared = Number(contentLength ?? Number.NaN);
  if (declared > maximumBytes) throw tooLarge(maximumBytes);
  // Only a declared length within the bound makes it safe to let the runtime gather the body.
  if (declared <= maximumBytes) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Cancelling what is left would cut the connection on which the refusal goes out.
  const parts = request.body?.values({ preventCancel: true }) ?? [];
  for await (const chunk of parts as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw tooLarge(maximumBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(maximumBytes: number): GatewayError {
  return new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `The body is larger than ${maximumBytes} bytes, the most that is accepted.`,
  );
}
