import type { ControlAction } from '../control/server.ts';
import { accessTokenClaims, type TokenSubject } from './access-token-claims.ts';
import type { TokenResource } from './api-registration.ts';
import type { Tenant } from './tenant.ts';
import { TokenError } from './token-error.ts';
import { type Claims, TOKEN_LIFETIME_IN_SECONDS, type TokenIssuer } from './token-issuer.ts';

/** The body of `POST tokens` on the control surface. */
interface MintRequest {
  /** Name or client id of an application or a managed identity. */
  readonly application: string;
  /** The lifetime; negative for a token that has expired already, 3600 when left out. */
  readonly expiresInSeconds?: number;
  /** The resource, by any of its names. A name that the tenant does not know becomes the audience as it is. */
  readonly audience?: string;
  readonly issuer?: string;
  /** Further claims, which replace those of the same name. */
  readonly claims?: Claims;
}

const FIELDS = new Set(['application', 'expiresInSeconds', 'audience', 'issuer', 'claims']);

/** A principal of the tenant, with its name among the samples. */
export interface NamedSubject extends TokenSubject {
  readonly name: string;
}

/** Makes the control action that signs a token with the tenant's key, whatever claims are asked for. */
export function createMint(
  principals: readonly NamedSubject[],
  tenant: Tenant,
  issuer: TokenIssuer,
  now: () => number,
): ControlAction {
  return async (body) => {
    const request = readMintRequest(body);
    const principal = principals.find(
      ({ name, clientId }) => name === request.application || clientId === request.application,
    );
    if (!principal) throw new TypeError(`There is no application "${request.application}".`);
    const lifetime = request.expiresInSeconds ?? TOKEN_LIFETIME_IN_SECONDS;
    const expiresAt = Math.floor(now() / 1000) + lifetime;
    // An expired token was also issued in the past.
    const issuedAt = expiresAt - Math.max(lifetime, TOKEN_LIFETIME_IN_SECONDS);
    const token = await issuer.issueToken({
      ...accessTokenClaims(tenant, resourceOf(tenant, request.audience ?? tenant.firstApi), principal),
      exp: expiresAt,
      ...(lifetime <= 0 && { iat: issuedAt, nbf: issuedAt }),
      ...(request.issuer !== undefined && { iss: request.issuer }),
      ...request.claims,
    });
    return { access_token: token };
  };
}

function resourceOf(tenant: Tenant, asked: string): TokenResource {
  try {
    return tenant.findResource(asked);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return { audience: asked, version: '2.0', registration: undefined };
  }
}

function readMintRequest(body: unknown): MintRequest {
  if (typeof body !== 'object' || body === null || !('application' in body))
    throw new TypeError('Say which application the token is for: { "application": "sandbox-app" }.');
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw new TypeError(`"${unknown}" is not one of ${[...FIELDS].join(', ')}.`);
  if ('expiresInSeconds' in body && !Number.isInteger(body.expiresInSeconds))
    throw new TypeError('expiresInSeconds is a whole number, negative for a token that has expired.');
  return body as MintRequest;
}
