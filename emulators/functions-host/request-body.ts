import type { IncomingMessage } from 'node:http';

/** The largest request body in bytes. Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits */
export const MAXIMUM_BODY_BYTES = 104_857_600;

/** Whether the host reads a body before it calls a function: one that says how long it is. */
export function hasLength({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 0;
}

/** @throws Error when the caller breaks off. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
