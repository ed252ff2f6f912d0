import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { fetchWithRetries } from '../loopback/send-with-retries.ts';

/** The principal that a token was issued to. */
export interface AzurePrincipal {
  readonly objectId: string;
  readonly clientId: string;
}

/** The options of `createAzureTokenVerifier`. */
export interface AzureTokenVerifierOptions {
  readonly tenantId: string;
  /** Address of the key set that verifies the tenant's tokens. */
  readonly jwksUri: string;
  /** The resource, such as `https://vault.azure.net`. A token may have a slash at its end. */
  readonly audience: string;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** The maximum number of verified tokens that are cached; a client sends the same token with every request. */
const REMEMBERED_TOKENS = 100;

/**
 * Makes the token check of an Azure service, which takes the tenant's v1.0 tokens. The check gives the principal, or
 * undefined when the `Authorization` header has no valid bearer token.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export function createAzureTokenVerifier({
  tenantId,
  jwksUri,
  audience,
  now,
}: AzureTokenVerifierOptions): (authorization: string | undefined) => Promise<AzurePrincipal | undefined> {
  const keys = createRemoteJWKSet(new URL(jwksUri), { [customFetch]: fetchWithRetries });
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
