import type { IncomingMessage } from 'node:http';
import { bodyPace } from '@vertex-ai-gateway/apim-emulator/engine/body-pace';

/** The largest request body in bytes. Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits */
export const MAXIMUM_BODY_BYTES = 104_857_600;

/** Says if the host reads the body before it calls a function, as it does with a body whose length is declared. */
export function hasLength({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads a body whose length is declared; each part is copied into its place as it comes.
 * @throws Error when the caller breaks off.
 */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(Number(message.headers['content-length']));
  let size = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.copy(body, size);
    await bodyPace.next(size, part.length);
  }
  return body;
}
