import type { IncomingMessage } from 'node:http';

/** The largest request body in bytes. Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits */
export const MAXIMUM_BODY_BYTES = 104_857_600;

/** Whether the host reads a body before it calls a function: one that says how long it is. */
export function hasLength({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads a body that says how long it is, each part into its place as it comes.
 * @throws Error when the caller breaks off.
 */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(Number(message.headers['content-length']));
  let size = 0;
  for await (const part of message) size += (part as Buffer).copy(body, size);
  return body;
}
