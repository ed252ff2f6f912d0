/** Whom a token is for. */
interface Principal {
  readonly clientId: string;
  readonly objectId: string;
}

/** Services of Azure whose tokens are v1.0 ones; of an application's own API its registration decides. */
const V1_RESOURCES = new Set([
  'https://monitor.azure.com',
  'https://storage.azure.com',
  'https://vault.azure.net',
]);
/** The client proved who it is by a certificate, which the platform keeps. */
const BY_CERTIFICATE = '2';

/**
 * The claims of a managed identity's token that depend on the identity and on what the token is for.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function identityClaims(
  { clientId, objectId }: Principal,
  resource: string,
  tenantId: string,
): Readonly<Record<string, unknown>> {
  const subject = { aud: resource, oid: objectId, sub: objectId };
  if (!V1_RESOURCES.has(resource.replace(/\/$/, '')))
    return { ...subject, azp: clientId, azpacr: BY_CERTIFICATE };
  const issuer = `https://sts.windows.net/${tenantId}/`;
  return { ...subject, iss: issuer, idp: issuer, ver: '1.0', appid: clientId, appidacr: BY_CERTIFICATE };
}
