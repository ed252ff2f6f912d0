import type { JWTPayload } from 'jose';

/** One of the two forms in which Entra ID issues tokens: issuer, audiences and version belong together. */
export interface TokenForm {
  /** In lower case for an issuer that is one of Entra ID's, whose ids mean the same in any case. */
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** The claim `ver`; undefined for an issuer that is not one of Entra ID's, whose tokens need not have it. */
  readonly version: '1.0' | '2.0' | undefined;
}

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const V1_ISSUER = new RegExp(`^https://sts\\.[a-z.]+/(${GUID})/$`, 'i');
const V2_ISSUER = new RegExp(`^https?://[^/]+/(${GUID})/v2\\.0$`, 'i');
const CLIENT_ID = new RegExp(`^(?:api://)?(${GUID})/?$`, 'i');

const V1_AUTHORITY = 'https://sts.windows.net';

/**
 * Returns the forms that a token for an API can have in the tenant of an issuer. The API's registration decides which one a
 * token has (`requestedAccessTokenVersion`). A v2.0 token has the client id as audience. A v1.0 token has the audience that
 * was asked for: the client id or the application id URI. Another URI than `api://{client id}` leaves only v1.0.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#payload-claims
 *
 * @param configuredIssuer the tenant's issuer of v1.0 or of v2.0 tokens, in upper or lower case.
 * @param jwksUri the URL of the signing keys. Its host is the authority of v2.0 tokens when the issuer is that of v1.0 ones.
 */
export function tokenFormsOf(
  configuredIssuer: string,
  audience: string,
  jwksUri: string,
): readonly TokenForm[] {
  const tenantId = tenantOf(configuredIssuer)?.toLowerCase();
  if (tenantId === undefined)
    return [{ issuer: configuredIssuer, audiences: [audience], version: undefined }];
  const issuer = configuredIssuer.toLowerCase();
  const clientId = CLIENT_ID.exec(audience)?.[1]?.toLowerCase();
  const isV1 = V1_ISSUER.test(issuer);
  return [
    {
      issuer: isV1 ? `${new URL(jwksUri).origin}/${tenantId}/v2.0` : issuer,
      audiences: clientId === undefined ? [] : [clientId],
      version: '2.0',
    },
    {
      issuer: isV1 ? issuer : `${V1_AUTHORITY}/${tenantId}/`,
      audiences: clientId === undefined ? [withoutSlash(audience)] : [clientId, `api://${clientId}`],
      version: '1.0',
    },
  ];
}

/** Takes a slash off the end of an audience; Entra ID may add one in v1.0 tokens, or leave it out. */
function withoutSlash(audience: string): string {
  return audience.replace(/\/$/, '');
}

function tenantOf(issuer: string): string | undefined {
  return (V1_ISSUER.exec(issuer) ?? V2_ISSUER.exec(issuer))?.[1];
}

/**
 * Says in a sentence for operators which of a token's issuer, version and audience does not fit the expected forms;
 * undefined when all three are of one form.
 */
export function findMismatch(forms: readonly TokenForm[], { iss, aud, ver }: JWTPayload): string | undefined {
  const form = forms.find(({ issuer, version }) => issuer === (version ? iss?.toLowerCase() : iss));
  if (!form) return 'The token’s issuer is not that of the tenant in API_MANAGEMENT_ISSUER.';
  const { version, audiences } = form;
  if (version !== undefined && ver !== undefined && ver !== version)
    return `The token’s issuer is that of v${version} tokens, but the token has another version.`;
  if (typeof aud === 'string' && audiences.includes(version === '1.0' ? withoutSlash(aud) : aud))
    return undefined;
  if (version === undefined) return 'The token’s audience is not the one in API_MANAGEMENT_AUDIENCE.';
  return version === '2.0'
    ? 'The audience of a v2.0 token must be the client id of the function app’s registration. Compare API_MANAGEMENT_AUDIENCE with it.'
    : 'The audience of a v1.0 token must be the client id of the function app’s registration, or its application id URI. Compare API_MANAGEMENT_AUDIENCE with it.';
}
