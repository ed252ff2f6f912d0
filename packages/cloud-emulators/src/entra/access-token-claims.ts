import type { TokenResource } from './api-registration.ts';
import type { Claims } from './token-issuer.ts';

/** How a client proved who it is: by a secret, or by the certificate that the platform keeps of a managed identity. */
export const BY_SECRET = '1';
export const BY_CERTIFICATE = '2';

const DELEGATED_SCOPE = 'access_as_user';
/** With more, none of them is in the token. */
const MAXIMUM_GROUPS = 200;

/** Somebody with an account in the tenant, with the app roles that were granted to them on the gateway's API. */
export interface Person {
  /** `oid` in tokens: of the account in this tenant, also where they are a guest in it. */
  readonly objectId: string;
  /** `sub` in tokens for the gateway: another one for each API. */
  readonly subject: string;
  readonly name: string;
  /** `upn` of a member, and the name that guests sign in with at home. */
  readonly username: string;
  readonly roles: readonly string[];
  /** Object ids. */
  readonly groups?: readonly string[];
  /** The tenant that a guest comes from. */
  readonly homeTenantId?: string;
}

/** Whose token it is. */
export interface TokenSubject {
  readonly clientId: string;
  /** Of the client's service principal. */
  readonly objectId: string;
  readonly authenticatedBy: typeof BY_SECRET | typeof BY_CERTIFICATE;
  /** Of the client itself; a person's are their own. */
  readonly roles: readonly string[];
  /** Whom the client acts for. */
  readonly person: Person | undefined;
}

/** The tenant that a token is of. */
export interface TokenTenant {
  readonly id: string;
  /** `iss` of v2.0 tokens. */
  readonly issuer: string;
}

/** `iss` of v1.0 tokens, which is the same in the global cloud and that of the US government. */
export function v1IssuerOf(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

/**
 * The claims of an access token, in the form that its resource has chosen, of a client itself or of the person that it
 * acts for. Times are not among them, nor what makes each token another one.
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
    // Only a guest's account is in another tenant than the issuer's; their address is in the token without being asked for.
    ...(isGuest && { idp: v1IssuerOf(homeTenantId), email: username }),
  };
}

/** Of too many groups there is none, but where to look them up. The address is one of Azure AD Graph, as Entra's are. */
function groupClaims(tenantId: string, { objectId, groups = [] }: Person): Claims {
  if (groups.length <= MAXIMUM_GROUPS) return groups.length === 0 ? {} : { groups };
  const endpoint = `https://graph.windows.net/${tenantId}/users/${objectId}/getMemberObjects`;
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
}
