import type { ControlAction } from '../control/server.ts';
import { claimsOf } from './grant-token.ts';
import { type Application, GATEWAY_AUDIENCE } from './sample-applications.ts';
import { type Claims, TOKEN_LIFETIME_IN_SECONDS, type TokenIssuer } from './token-issuer.ts';

/** What `POST tokens` of the control surface takes. */
interface MintRequest {
  /** Name or client id of an application or a managed identity. */
  readonly application: string;
  /** Negative for a token that has expired already; 3600 when left out. */
  readonly expiresInSeconds?: number;
  readonly audience?: string;
  readonly issuer?: string;
  /** Any other claim, or another value for one. */
  readonly claims?: Claims;
}

const FIELDS = new Set(['application', 'expiresInSeconds', 'audience', 'issuer', 'claims']);

/** Makes the control action that signs any token with the real key, right or wrong in every other respect. */
export function createMint(
  applications: readonly Application[],
  issuer: TokenIssuer,
  now: () => number,
): ControlAction {
  return async (body) => {
    const request = readMintRequest(body);
    const application = applications.find(
      ({ name, clientId }) => name === request.application || clientId === request.application,
    );
    if (!application) throw new TypeError(`There is no application "${request.application}".`);
    const lifetime = request.expiresInSeconds ?? TOKEN_LIFETIME_IN_SECONDS;
    const expiresAt = Math.floor(now() / 1000) + lifetime;
    // A token that has expired was also issued in the past.
    const issuedAt = expiresAt - Math.max(lifetime, TOKEN_LIFETIME_IN_SECONDS);
    const token = await issuer.issueToken({
      ...claimsOf(application, request.audience ?? GATEWAY_AUDIENCE),
      exp: expiresAt,
      ...(lifetime <= 0 && { iat: issuedAt, nbf: issuedAt }),
      ...(request.issuer !== undefined && { iss: request.issuer }),
      ...request.claims,
    });
    return { access_token: token };
  };
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
