import { jwtVerify } from 'jose';
import { Jwt } from '@vertex-ai-gateway/csharp-expressions/jwt';
import type { OpenIdProviders } from './openid-providers.ts';
import { explainRefusal, refusal } from './token-refusal.ts';
import { VerifiedTokens } from './verified-tokens.ts';

const ANY_TENANT = '{tenantid}';
const TENANT_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/**
 * Verifies tokens of Microsoft Entra ID: signature (RS256, the tenant's published keys), issuer (v1 or v2) and
 * time, without clock skew. A verified token is remembered until it expires.
 */
export class EntraTokens {
  readonly #authority: string;
  readonly #providers: OpenIdProviders;
  readonly #now: () => number;
  readonly #verified: VerifiedTokens;

  /** @param authority such as https://login.microsoftonline.com, without a trailing slash. */
  constructor(authority: string, providers: OpenIdProviders, now: () => number) {
    this.#authority = authority.replace(/\/$/, '');
    this.#providers = providers;
    this.#now = now;
    this.#verified = new VerifiedTokens(now);
  }

  /** The token where it has been verified before and hasn't expired since. */
  recall(token: string, tenant: string): Jwt | undefined {
    return this.#verified.recall(`${tenant} ${token}`);
  }

  /** @throws {PolicyFailure} with a reason of API Management's; 500 when the tenant's keys can't be fetched. */
  async verify(token: string, tenant: string): Promise<Jwt> {
    const jwt = Jwt.parse(token);
    if (!jwt) throw refusal('JwtInvalid', 'The token is not a JSON Web Token.');
    const name = encodeURIComponent(tenantName(tenant));
    const url = `${this.#authority}/${name}/v2.0/.well-known/openid-configuration`;
    const { issuer, keys } = await this.#providers.find(url);
    // That of `organizations` and `common` leaves the tenant open: any will do, as long as it is the token's own.
    const { tid } = jwt.payload;
    const own = typeof tid === 'string' ? tid : '';
    const home = issuer.includes(ANY_TENANT) ? own : (TENANT_ID.exec(issuer)?.[0] ?? tenant);
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: [issuer.replace(ANY_TENANT, () => home), `https://sts.windows.net/${home}/`],
        requiredClaims: ['exp'],
        currentDate: new Date(this.#now()),
      });
      this.#verified.remember(`${tenant} ${token}`, jwt, (payload.exp ?? 0) * 1000);
      return jwt;
    } catch (error) {
      throw explainRefusal(error);
    }
  }
}

/** A tenant is told by its id or domain, or by a URL that has either as its host or at the start of its path. */
function tenantName(tenant: string): string {
  const url = /^https:/i.test(tenant) ? URL.parse(tenant) : null;
  if (!url) return tenant;
  return /^\/([^/]+)/.exec(url.pathname)?.[1] ?? url.hostname;
}
