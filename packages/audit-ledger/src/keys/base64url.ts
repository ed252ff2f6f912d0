/** Writes bytes as base64url without padding: https://www.rfc-editor.org/rfc/rfc4648#section-5 */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Reads base64url, with or without padding. Throws for no text. */
export function fromBase64url(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
