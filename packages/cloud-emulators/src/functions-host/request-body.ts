import type { IncomingMessage } from 'node:http';
import { bodyPace } from '@vertex-ai-gateway/apim-emulator/engine/body-pace';

/** The largest request body in bytes. Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits */
export const MAXIMUM_BODY_BYTES = 104_857_600;

/** Says if the host reads the body before it calls a function, as it does with a body whose length is declared. */
export function hasLength({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 0;
}

/** The bytes for which a place is reserved before the rest of a body waits for its turn. */
const FIRST_BYTES = 131_072;

/**
 * Reads a body whose length is declared; each part is copied into its place as it comes.
 * @throws Error when the caller breaks off.
 */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const length = Number(message.headers['content-length']);
  const pace = bodyPace.begin(length);
  let body = Buffer.allocUnsafeSlow(Math.min(length, FIRST_BYTES));
  let size = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    if (size + part.length > body.length) {
      const whole = Buffer.allocUnsafeSlow(length);
      body.copy(whole, 0, 0, size);
      body = whole;
    }
    size += part.copy(body, size);
    await pace.next(part.length);
  }
  return body;
}
