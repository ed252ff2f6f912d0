import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { fetchAgain } from '../loopback/reach.ts';

/** Whom a token was given to. */
export interface AzurePrincipal {
  readonly objectId: string;
  readonly clientId: string;
}

export interface AzureTokenVerifierOptions {
  readonly tenantId: string;
  /** Where the keys of the tenant's tokens are. */
  readonly jwksUri: string;
  /** The resource, such as `https://vault.azure.net`, with or without a slash at its end in tokens. */
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A client sends the same token with every request. */
const REMEMBERED_TOKENS = 100;

/**
 * Makes the check of a service of Azure's own, which takes the tenant's v1.0 tokens: the principal, or undefined when
 * the `Authorization` header has no bearer token that is valid here and now.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export function createAzureTokenVerifier({
  tenantId,
  jwksUri,
  audience,
  now,
}: AzureTokenVerifierOptions): (authorization: string | undefined) => Promise<AzurePrincipal | undefined> {
  const keys = createRemoteJWKSet(new URL(jwksUri), { [customFetch]: fetchAgain });
  const known = new Map<string, { readonly principal: AzurePrincipal; readonly expiresAt: number }>();
  return async (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    const verified = known.get(token);
    if (verified && verified.expiresAt > now()) return verified.principal;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: `https://sts.windows.net/${tenantId}/`,
        audience: [audience, `${audience}/`],
        requiredClaims: ['exp', 'oid'],
        currentDate: new Date(now()),
      });
      const { oid, appid } = payload;
      const principal = { objectId: String(oid), clientId: typeof appid === 'string' ? appid : '' };
      if (known.size >= REMEMBERED_TOKENS) known.clear();
      known.set(token, { principal, expiresAt: (payload.exp ?? 0) * 1000 });
      return principal;
    } catch {
      return undefined;
    }
  };
}
