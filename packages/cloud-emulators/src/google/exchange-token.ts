import { type AccessTokens, CLOUD_PLATFORM_SCOPE } from './access-tokens.ts';
import { ExchangeError } from './exchange-error.ts';
import type { VerifiedSubject } from './subject-token.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
const SUBJECT_TOKEN_TYPES = [
  'urn:ietf:params:oauth:token-type:jwt',
  'urn:ietf:params:oauth:token-type:id_token',
];
const PROVIDER_NAME =
  /^\/\/iam\.googleapis\.com\/(projects\/\d+\/locations\/global\/workloadIdentityPools\/[^/]+)\/providers\/[^/]+$/;

/** Gives the principal of a subject, as IAM bindings name it. `audience` is the pool provider's. */
function principalOf(audience: string, subject: string): string {
  const pool = PROVIDER_NAME.exec(audience)?.[1];
  if (pool === undefined) throw new TypeError(`Not the resource name of a pool provider: ${audience}`);
  return `principal://iam.googleapis.com/${pool}/subject/${subject}`;
}

/**
 * Exchanges a subject token for a federated token, which expires with the subject token at the latest.
 * Source: https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
 * @param providerAudience the audience of the pool provider; undefined for one that is disabled or deleted.
 * @throws ExchangeError when the request or its subject token is refused.
 */
export async function exchangeToken(
  form: URLSearchParams,
  providerAudience: string | undefined,
  checkSubjectToken: (subjectToken: string) => Promise<VerifiedSubject>,
  tokens: AccessTokens,
  maximumLifetimeInSeconds: number,
  now: number,
): Promise<Record<string, unknown>> {
  const field = (name: string): string => {
    const value = form.get(name);
    if (value) return value;
    throw new ExchangeError('invalid_request', `Missing required parameter: ${name}`);
  };
  if (field('grant_type') !== GRANT_TYPE)
    throw new ExchangeError('unsupported_grant_type', `The grant type must be ${GRANT_TYPE}.`);
  const audience = field('audience');
  if (!PROVIDER_NAME.test(audience)) {
    throw new ExchangeError(
      'invalid_request',
      'Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.',
    );
  }
  if (providerAudience === undefined || audience !== providerAudience) {
    throw new ExchangeError(
      'invalid_target',
      'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
    );
  }
  if (field('requested_token_type') !== ACCESS_TOKEN_TYPE)
    throw new ExchangeError('invalid_request', 'Invalid value for "requested_token_type".');
  if (!SUBJECT_TOKEN_TYPES.includes(field('subject_token_type')))
    throw new ExchangeError('invalid_request', 'Invalid value for "subject_token_type".');
  if (
    !field('scope')
      .split(' ')
      .every((scope) => scope === CLOUD_PLATFORM_SCOPE)
  )
    throw new ExchangeError('invalid_scope', `Only ${CLOUD_PLATFORM_SCOPE} is supported.`);

  const { subject, expiresAt } = await checkSubjectToken(field('subject_token'));
  const left = Math.floor((expiresAt.getTime() - now) / 1000);
  // A subject token may have expired within the tolerated clock skew; its federated token still lives for a second.
  const lifetime = Math.max(1, Math.min(left, maximumLifetimeInSeconds));
  return {
    access_token: tokens.issue(principalOf(providerAudience, subject), lifetime).token,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: 'Bearer',
    expires_in: lifetime,
  };
}
