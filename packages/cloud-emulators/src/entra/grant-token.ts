import { accessTokenClaims } from './access-token-claims.ts';
import type { NamedSubject } from './mint-token.ts';
import type { Tenant } from './tenant.ts';
import { TokenError } from './token-error.ts';
import { TOKEN_LIFETIME_IN_SECONDS, type TokenIssuer } from './token-issuer.ts';

const DEFAULT_SCOPE = '/.default';

/** The answer of the token endpoint; the field names are the protocol's. */
export interface TokenAnswer {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly ext_expires_in: number;
  readonly access_token: string;
}

/**
 * Grants a token by client credentials.
 * Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 * @throws TokenError when the request is refused.
 */
export async function grantToken(
  form: URLSearchParams,
  authorization: string | undefined,
  applications: readonly NamedSubject[],
  tenant: Tenant,
  issuer: TokenIssuer,
): Promise<TokenAnswer> {
  const grantType = required(form.get('grant_type'), 'grant_type');
  if (grantType !== 'client_credentials') {
    throw new TokenError(
      'unsupported_grant_type',
      70003,
      `The app requested an unsupported grant type '${grantType}'.`,
    );
  }
  const client = required(form.get('client_id') ?? clientIn(authorization), 'client_id');
  const application = applications.find(({ clientId, name }) => clientId === client || name === client);
  if (!application) {
    throw new TokenError(
      'unauthorized_client',
      700016,
      `Application with identifier '${client}' was not found in the directory '${tenant.id}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    );
  }
  const resource = tenant.findResource(resourceOf(form.get('scope') ?? tenant.firstApi + DEFAULT_SCOPE));
  const expiresIn = TOKEN_LIFETIME_IN_SECONDS - 1;
  return {
    token_type: 'Bearer',
    expires_in: expiresIn,
    ext_expires_in: expiresIn,
    access_token: await issuer.issueToken(accessTokenClaims(tenant, resource, application)),
  };
}

function required(value: string | null | undefined, name: string): string {
  if (value) return value;
  throw new TokenError(
    'invalid_request',
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  );
}

/** Reads the client id from HTTP Basic authentication, which the protocol allows in place of the form's field. */
function clientIn(authorization: string | undefined): string | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (!encoded) return undefined;
  const [client = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return decodeURIComponent(client);
}

function resourceOf(scope: string): string {
  const resource = scope.slice(0, -DEFAULT_SCOPE.length);
  if (scope.endsWith(DEFAULT_SCOPE) && resource !== '' && !scope.includes(' ')) return resource;
  throw new TokenError(
    'invalid_scope',
    1002012,
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  );
}
