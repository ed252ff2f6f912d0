/**
 * An API that is registered in the tenant, as its app manifest says.
 * Source: https://learn.microsoft.com/entra/identity-platform/reference-microsoft-graph-app-manifest
 */
export interface ApiRegistration {
  /** Application (client) id: `aud` of its v2.0 tokens. */
  readonly clientId: string;
  /** Application id URIs, by any of which tokens can be asked for. */
  readonly identifierUris: readonly string[];
  /** The version of the tokens for this API: null and 1 mean v1.0, 2 means v2.0. */
  readonly requestedAccessTokenVersion: 1 | 2 | null;
  /** Values of the app roles that it defines; no others are in its tokens. */
  readonly appRoles: readonly string[];
  /**
   * The optional claim `idtyp`: `app` puts it in app-only tokens, `include_user_token` in all. No token has it when
   * left out.
   * Source: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
   */
  readonly idtyp?: 'app' | 'include_user_token';
  /** The groups of their subject that tokens list; none when left out. */
  readonly groupMembershipClaims?: 'SecurityGroup';
}

/** The resource that a token is asked for, under the name that the request used, with the version of its tokens. */
export interface TokenResource {
  /** `aud` of the token. */
  readonly audience: string;
  readonly version: '1.0' | '2.0';
  /** The API's registration; undefined for a service of Azure's own. */
  readonly registration: ApiRegistration | undefined;
}

/** Azure services that every tenant has. Their tokens are v1.0 ones, with the requested resource as audience. */
const AZURE_SERVICES = new Set([
  'https://api.applicationinsights.io',
  'https://cognitiveservices.azure.com',
  'https://monitor.azure.com',
  'https://storage.azure.com',
  'https://vault.azure.net',
]);

/**
 * Finds the resource of a token by its client id or one of its application id URIs; undefined when the tenant has none
 * such. The API's registration alone decides on the version, not the endpoint or the client. `aud` is the client id in
 * a v2.0 token, and the requested resource in a v1.0 token.
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
