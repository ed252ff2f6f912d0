import type { Details } from './finding.ts';
import { safeText } from './safe-text.ts';

/** The claims of a token, of which none has been verified. */
export type Claims = Readonly<Record<string, unknown>>;

/** Reads a part of a JSON Web Token: 0 for its header, 1 for its claims. Undefined for a text that is none. */
export function readToken(token: string, part: 0 | 1 = 1): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

const SHOWN = ['iss', 'ver', 'aud', 'tid', 'oid', 'sub', 'appid', 'azp'];

/** The claims that a report shows: who issued the token, for whom, to whom, and until when. */
export function describeClaims(claims: Claims): Details {
  const shown = SHOWN.filter((name) => claims[name] !== undefined);
  const { exp } = claims;
  return {
    ...Object.fromEntries(shown.map((name) => [name, safeText(claims[name])])),
    ...(typeof exp === 'number' && exp < 1e11 && { exp: new Date(exp * 1000).toISOString() }),
  };
}

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The tenant's id in an issuer or an address of Entra ID; undefined where there is none. */
export function tenantIdIn(text: string): string | undefined {
  return GUID.exec(text)?.[0].toLowerCase();
}
