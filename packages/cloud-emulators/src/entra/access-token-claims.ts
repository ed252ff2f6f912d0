import type { TokenResource } from './api-registration.ts';
import type { Claims } from './token-issuer.ts';

/**
 * Values of `azpacr` and `appidacr`, which say how the client authenticated: by a secret, or by the certificate that the platform
 * keeps for a managed identity.
 */
export const BY_SECRET = '1';
export const BY_CERTIFICATE = '2';

const DELEGATED_SCOPE = 'access_as_user';
/** The maximum number of groups in a token; with more, the token has none of them. */
const MAXIMUM_GROUPS = 200;

/** A person with an account in the tenant, and the app roles that they were granted on the gateway's API. */
export interface Person {
  /** `oid` in tokens: the id of the account in this tenant, for guests too. */
  readonly objectId: string;
  /** `sub` in tokens for the gateway; each API gets another one. */
  readonly subject: string;
  readonly name: string;
  /** `upn` of a member, or the name that a guest signs in with at home. */
  readonly username: string;
  readonly roles: readonly string[];
  /** Object ids of the groups that the person is a member of. */
  readonly groups?: readonly string[];
  /** The tenant that a guest comes from. */
  readonly homeTenantId?: string;
}

/** The client that a token is issued to, and the person that it acts for. */
export interface TokenSubject {
  readonly clientId: string;
  /** Object id of the client's service principal. */
  readonly objectId: string;
  readonly authenticatedBy: typeof BY_SECRET | typeof BY_CERTIFICATE;
  /** The client's own app roles; a person's roles are in `person`. */
  readonly roles: readonly string[];
  /** The person that the client acts for. */
  readonly person: Person | undefined;
}

/** The tenant that issues a token. */
export interface TokenTenant {
  readonly id: string;
  /** `iss` of v2.0 tokens. */
  readonly issuer: string;
}

/** Gives `iss` of v1.0 tokens, which is the same in the global cloud and in that of the US government. */
export function v1IssuerOf(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

/**
 * Builds the claims of an access token, in the version that its resource has chosen, for a client itself or for the
 * person that it acts for. Times and unique ids are not among them.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function accessTokenClaims(
  tenant: TokenTenant,
  { audience, version, registration }: TokenResource,
  subject: TokenSubject,
): Claims {
  const { clientId, authenticatedBy, person } = subject;
  const isV1 = version === '1.0';
  const issuer = isV1 ? v1IssuerOf(tenant.id) : tenant.issuer;
  const roles = (person ?? subject).roles.filter((role) => registration?.appRoles.includes(role));
  return {
    aud: audience,
    iss: issuer,
    tid: tenant.id,
    ver: version,
    ...(isV1
      ? { appid: clientId, appidacr: authenticatedBy, idp: issuer }
      : { azp: clientId, azpacr: authenticatedBy }),
    ...(person ? personClaims(person, isV1) : { oid: subject.objectId, sub: subject.objectId }),
    ...(registration?.idtyp !== undefined && !person && { idtyp: 'app' }),
    ...(registration?.idtyp === 'include_user_token' && person && { idtyp: 'user' }),
    ...(registration?.groupMembershipClaims && person && groupClaims(tenant.id, person)),
    ...(roles.length > 0 && { roles }),
  };
}

function personClaims(person: Person, isV1: boolean): Claims {
  const { objectId, subject, name, username, homeTenantId } = person;
  const isGuest = homeTenantId !== undefined;
  return {
    oid: objectId,
    sub: subject,
    scp: DELEGATED_SCOPE,
    name,
    ...(isV1
      ? {
          acr: '1',
          amr: ['pwd'],
          ipaddr: '127.0.0.1',
          unique_name: username,
          ...(!isGuest && { upn: username }),
        }
      : { preferred_username: username }),
    // A guest's account is in another tenant than the issuer's. Their address is in the token without being asked for.
    ...(isGuest && { idp: v1IssuerOf(homeTenantId), email: username }),
  };
}

/**
 * Builds the claims of a person's groups. Beyond the maximum the token says where to look the groups up instead. The
 * address is one of Azure AD Graph, as in Entra's tokens.
 */
function groupClaims(tenantId: string, { objectId, groups = [] }: Person): Claims {
  if (groups.length <= MAXIMUM_GROUPS) return groups.length === 0 ? {} : { groups };
  const endpoint = `https://graph.windows.net/${tenantId}/users/${objectId}/getMemberObjects`;
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
}
