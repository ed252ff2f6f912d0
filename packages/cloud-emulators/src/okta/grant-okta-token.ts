import { type Claims, TOKEN_LIFETIME_IN_SECONDS, type TokenIssuer } from '../entra/token-issuer.ts';
import type { OktaApplication } from './sample-applications.ts';

const DEFAULT_SCOPE = 'vertex.call';

/**
 * A refusal of the token endpoint.
 * Source: https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS/
 */
export class OktaError extends Error {
  readonly status: 400 | 401;
  readonly error: 'invalid_client' | 'unsupported_grant_type';

  constructor(status: 400 | 401, error: OktaError['error'], message: string) {
    super(message);
    this.name = 'OktaError';
    this.status = status;
    this.error = error;
  }
}

/** The answer of the token endpoint; the field names are the protocol's. */
export interface OktaTokenAnswer {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly access_token: string;
  readonly scope: string;
}

/**
 * Builds the claims of an application's own token. `sub` is its client id; `groups` is a claim that the authorization
 * server adds.
 */
export function claimsOf({ clientId, groups }: OktaApplication, scopes: readonly string[]): Claims {
  return { cid: clientId, sub: clientId, scp: scopes, groups };
}

/**
 * Grants a token by client credentials.
 * Source: https://developer.okta.com/docs/guides/implement-grant-type/clientcreds/main/
 * @throws OktaError when the request is refused.
 */
export async function grantOktaToken(
  form: URLSearchParams,
  authorization: string | undefined,
  applications: readonly OktaApplication[],
  issuer: TokenIssuer,
): Promise<OktaTokenAnswer> {
  if (form.get('grant_type') !== 'client_credentials') {
    throw new OktaError(
      400,
      'unsupported_grant_type',
      'The authorization grant type is not supported by the authorization server.',
    );
  }
  const client = form.get('client_id') ?? clientIn(authorization);
  const application = applications.find(({ clientId, name }) => clientId === client || name === client);
  if (!application) throw new OktaError(401, 'invalid_client', "Invalid value for 'client_id' parameter.");
  const scope = form.get('scope') ?? DEFAULT_SCOPE;
  return {
    token_type: 'Bearer',
    expires_in: TOKEN_LIFETIME_IN_SECONDS,
    access_token: await issuer.issueToken(claimsOf(application, scope.split(' '))),
    scope,
  };
}

/** Reads the client id from HTTP Basic authentication. */
function clientIn(authorization: string | undefined): string | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').split(':')[0];
}
