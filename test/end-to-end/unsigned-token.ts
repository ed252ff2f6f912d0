/** The claims of a token under `alg: none`, which needs no key (RFC 7518, section 3.6). */
export function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  return `${header}.${token.split('.')[1] ?? ''}.`;
}

/** A token cut off behind its claims. */
export function withoutSignature(token: string): string {
  return token.slice(0, token.lastIndexOf('.') + 1);
}

/** A token whose claims were changed after it was signed. */
export function withClaims(token: string, claims: object): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const changed = { ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), ...claims };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}
