/**
 * An API that is registered in the tenant, as its app manifest says.
 * Source: https://learn.microsoft.com/entra/identity-platform/reference-microsoft-graph-app-manifest
 */
export interface ApiRegistration {
  /** Application (client) id: `aud` of its v2.0 tokens. */
  readonly clientId: string;
  /** Application id URIs, by any of which tokens can be asked for. */
  readonly identifierUris: readonly string[];
  /** null and 1 make the tokens for this API v1.0 ones, 2 makes them v2.0. */
  readonly requestedAccessTokenVersion: 1 | 2 | null;
  /** Values of the app roles that it defines; no others are in its tokens. */
  readonly appRoles: readonly string[];
  /**
   * The optional claim `idtyp`: of app-only tokens, or with `include_user_token` of all. Left out when not asked for.
   * Source: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
   */
  readonly idtyp?: 'app' | 'include_user_token';
  /** Whether tokens list the groups of their subject. */
  readonly groupMembershipClaims?: 'SecurityGroup';
}

/** What a token is asked for: by the name that was used for it, with the version of its tokens. */
export interface TokenResource {
  /** `aud` of the token. */
  readonly audience: string;
  readonly version: '1.0' | '2.0';
  /** Undefined for a service of Azure's own. */
  readonly registration: ApiRegistration | undefined;
}

/** Services of Azure that every tenant has; their tokens are v1.0 ones, with the resource as it was asked for. */
const AZURE_SERVICES = new Set([
  'https://api.applicationinsights.io',
  'https://monitor.azure.com',
  'https://storage.azure.com',
  'https://vault.azure.net',
]);

/**
 * Finds what a token is asked for by its client id or one of its application id URIs; undefined when the tenant has no
 * such thing. The API's registration decides on the version, whichever endpoint and client ask. `aud` of a v2.0 token
 * is the client id, of a v1.0 token what was asked for.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#payload-claims
 */
export function findResource(
  registrations: readonly ApiRegistration[],
  asked: string,
): TokenResource | undefined {
  const name = asked.replace(/\/$/, '');
  if (AZURE_SERVICES.has(name)) return { audience: asked, version: '1.0', registration: undefined };
  const registration = registrations.find(
    ({ clientId, identifierUris }) =>
      clientId.toLowerCase() === name.toLowerCase() || identifierUris.includes(name),
  );
  if (!registration) return undefined;
  return registration.requestedAccessTokenVersion === 2
    ? { audience: registration.clientId, version: '2.0', registration }
    : { audience: asked, version: '1.0', registration };
}
