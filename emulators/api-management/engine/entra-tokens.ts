import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import { request } from 'undici';
import { Jwt } from '../expressions/jwt.ts';
import { PolicyFailure } from './policy-failure.ts';

const MAXIMUM_VERIFIED = 2_000;
const METADATA_LIFETIME_IN_MS = 3_600_000;
const UNKNOWN_KEY_COOLDOWN_IN_MS = 300_000;

interface Tenant {
  readonly issuers: string[];
  readonly keys: JWTVerifyGetKey;
  readonly loadedAt: number;
}

interface Verified {
  readonly jwt: Jwt;
  readonly expiresAt: number;
}

/**
 * Verifies tokens of Microsoft Entra ID: signature (RS256, the tenant's published keys), issuer (v1 or v2) and
 * time, without clock skew. A verified token is remembered until it expires, at most 2,000 of them.
 */
export class EntraTokens {
  readonly #authority: string;
  readonly #now: () => number;
  readonly #tenants = new Map<string, Promise<Tenant>>();
  readonly #verified = new Map<string, Verified>();

  /** @param authority such as https://login.microsoftonline.com, without a trailing slash. */
  constructor(authority: string, now: () => number) {
    this.#authority = authority.replace(/\/$/, '');
    this.#now = now;
  }

  /** The token where it has been verified before and hasn't expired since. */
  recall(token: string, tenant: string): Jwt | undefined {
    const found = this.#verified.get(`${tenant} ${token}`);
    return found && found.expiresAt > this.#now() ? found.jwt : undefined;
  }

  /** @throws {PolicyFailure} with a reason of API Management's; 500 when the tenant's keys can't be fetched. */
  async verify(token: string, tenant: string): Promise<Jwt> {
    const jwt = Jwt.parse(token);
    if (!jwt) throw refusal('JwtInvalid', 'The token is not a JSON Web Token.');
    const { issuers, keys } = await this.#tenant(tenant);
    const now = this.#now();
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: issuers,
        requiredClaims: ['exp'],
        currentDate: new Date(now),
      });
      this.#remember(`${tenant} ${token}`, { jwt, expiresAt: (payload.exp ?? 0) * 1000 });
      return jwt;
    } catch (error) {
      throw explain(error);
    }
  }

  #remember(key: string, verified: Verified): void {
    if (this.#verified.size >= MAXIMUM_VERIFIED) {
      const [oldest] = this.#verified.keys();
      if (oldest !== undefined) this.#verified.delete(oldest);
    }
    this.#verified.set(key, verified);
  }

  async #tenant(tenant: string): Promise<Tenant> {
    const known = this.#tenants.get(tenant);
    if (known) {
      const loaded = await known;
      if (this.#now() - loaded.loadedAt < METADATA_LIFETIME_IN_MS) return loaded;
    }
    const loading = this.#load(tenant);
    this.#tenants.set(tenant, loading);
    try {
      return await loading;
    } catch {
      this.#tenants.delete(tenant);
      throw unavailable();
    }
  }

  async #load(tenant: string): Promise<Tenant> {
    const url = `${this.#authority}/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`;
    const metadata = (await fetchJson(url)) as { issuer?: unknown; jwks_uri?: unknown };
    if (typeof metadata.issuer !== 'string' || typeof metadata.jwks_uri !== 'string') throw unavailable();
    const issuer = metadata.issuer.replace('{tenantid}', tenant);
    return {
      issuers: [issuer, `https://sts.windows.net/${tenant}/`],
      keys: createRemoteJWKSet(new URL(metadata.jwks_uri), {
        cacheMaxAge: METADATA_LIFETIME_IN_MS,
        cooldownDuration: UNKNOWN_KEY_COOLDOWN_IN_MS,
        [customFetch]: async (keysUrl) => Response.json(await fetchJson(keysUrl)),
      }),
      loadedAt: this.#now(),
    };
  }
}

async function fetchJson(url: string): Promise<unknown> {
  const { statusCode, body } = await request(url, { headersTimeout: 5_000, bodyTimeout: 5_000 });
  if (statusCode === 200) return body.json();
  await body.dump();
  throw unavailable();
}

function explain(error: unknown): PolicyFailure {
  if (error instanceof errors.JWTExpired) return refusal('TokenExpired', 'The token has expired.');
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refusal('TokenSignatureInvalid', 'The signature of the token is not valid.');
  if (error instanceof errors.JWKSNoMatchingKey)
    return refusal('TokenSignatureKeyNotFound', 'The key that signed the token is not known.');
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss')
    return refusal('TokenIssuerNotAllowed', 'The issuer of the token is not allowed.');
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) return unavailable();
  return refusal('JwtInvalid', 'The token is not valid.');
}

/** An Entra token that is refused: 401 "Invalid JWT." unless the policy says otherwise. */
export function refusal(reason: string, message: string): PolicyFailure {
  return new PolicyFailure({
    reason,
    message: `${message} Access denied.`,
    status: 401,
    answer: 'Invalid JWT.',
  });
}

function unavailable(): PolicyFailure {
  return new PolicyFailure({
    reason: 'OpenIdConfigurationUnavailable',
    message: 'The keys of the token issuer could not be fetched.',
    status: 500,
  });
}
