import { createHash } from 'node:crypto';

/** Computes the thumbprint of a public RSA key, in base64url: https://www.rfc-editor.org/rfc/rfc7638 */
export function thumbprintOf({ n, e }: { readonly n: string; readonly e: string }): string {
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
}
