import { decodeJwt } from 'jose';
import { IdentityPoolClient, Impersonated } from 'google-auth-library';
import { byTheClock, waitAtMost } from '@vertex-ai-gateway/audit-ledger/time';
import type { GatewayErrorCode } from '../errors/codes.ts';
import { GatewayError } from '../errors/gateway-error.ts';

/** A Google access token and the instant at which Google stops accepting it. */
export interface AccessToken {
  readonly value: string;
  readonly expiresAt: Date;
}

/** The options of `createGoogleTokenExchange`. */
export interface GoogleTokenExchangeOptions {
  /** The full name of the pool provider: `//iam.googleapis.com/projects/…/workloadIdentityPools/…/providers/…` */
  readonly audience: string;
  readonly stsUrl: string;
  /** The service account to impersonate; the federated token is used directly when undefined. */
  readonly serviceAccount: string | undefined;
  readonly iamCredentialsUrl: string;
  /** Gets the managed identity's token. @throws GatewayError MANAGED_IDENTITY_UNAVAILABLE. */
  readonly subjectToken: () => Promise<string>;
  /** The limit of each of the two exchanges. */
  readonly timeoutInMs: number;
}

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];
/** Google gives no access token for longer than 12 hours: https://cloud.google.com/iam/docs/create-short-lived-credentials-direct */
const LONGEST_LIFETIME_IN_MS = 12 * 3_600_000;
const SUBJECT_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:jwt';

/**
 * Returns a function that exchanges the managed identity's token for a Google access token. It caches nothing, because the
 * library's own cache makes callers wait during a refresh and fails them during an outage.
 * https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds
 * @throws GatewayError with a MANAGED_IDENTITY, TOKEN_EXCHANGE or IMPERSONATION code. The library's errors are dropped,
 *   because they hold the subject token.
 */
export function createGoogleTokenExchange(options: GoogleTokenExchangeOptions): () => Promise<AccessToken> {
  return async () => {
    const subjectToken = await options.subjectToken();
    const federated = new IdentityPoolClient({
      type: 'external_account',
      audience: options.audience,
      subject_token_type: SUBJECT_TOKEN_TYPE,
      token_url: options.stsUrl,
      subject_token_supplier: { getSubjectToken: () => Promise.resolve(subjectToken) },
      scopes: SCOPES,
    });
    const token = await hop(federated, options.timeoutInMs, (rejection, timedOut) =>
      rejection === undefined
        ? unavailable('TOKEN_EXCHANGE_UNAVAILABLE', 'Google STS', timedOut)
        : new GatewayError(
            'TOKEN_EXCHANGE_REJECTED',
            `Google STS refused the function app's identity (${rejection}): ${describeToken(subjectToken)}. ` +
              'Its operators must compare that with the workload identity pool provider.',
          ),
    );
    if (options.serviceAccount === undefined) return token;
    const impersonated = new Impersonated({
      sourceClient: federated,
      targetPrincipal: options.serviceAccount,
      targetScopes: SCOPES,
      endpoint: options.iamCredentialsUrl,
    });
    return hop(impersonated, options.timeoutInMs, (rejection, timedOut) =>
      rejection === undefined
        ? unavailable('IMPERSONATION_UNAVAILABLE', 'Google IAM Credentials', timedOut)
        : new GatewayError(
            'IMPERSONATION_REJECTED',
            `Google IAM refused to let the function app impersonate its service account (${rejection}). ` +
              'Its operators must check roles/iam.workloadIdentityUser.',
          ),
    );
  };
}

async function hop(
  client: IdentityPoolClient | Impersonated,
  timeoutInMs: number,
  explain: (rejection: string | undefined, timedOut: boolean) => GatewayError,
): Promise<AccessToken> {
  const work = client.getAccessToken().catch((error: unknown) => {
    throw explain(rejectionOf(error), false);
  });
  const onLate = () => {
    throw explain(undefined, true);
  };
  const { token } = await waitAtMost(work, { schedule: byTheClock, timeoutInMs, onLate });
  const expiresAt = client.credentials.expiry_date;
  // A token without an expiry would be cached for ever.
  if (!token || !expiresAt) throw explain('an answer without a token or its expiry', false);
  return { value: token, expiresAt: new Date(Math.min(expiresAt, Date.now() + LONGEST_LIFETIME_IN_MS)) };
}

/** Returns the OAuth error or HTTP status of a refusal; undefined when the service can't be reached or is overloaded. */
function rejectionOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, response } = error as { status?: unknown; response?: { status?: unknown } };
  const httpStatus = Number(response?.status ?? status);
  if (!(httpStatus >= 400 && httpStatus < 500) || httpStatus === 429) return undefined;
  const oauthError = /^Error code (?!undefined\b)([a-z_]{1,40})\b/.exec(
    error instanceof Error ? error.message : '',
  )?.[1];
  return oauthError ?? `HTTP ${httpStatus}`;
}

function describeToken(subjectToken: string): string {
  try {
    const { iss, aud, ver } = decodeJwt(subjectToken);
    return `its token has issuer ${String(iss)}, audience ${String(aud)}, version ${String(ver)}`;
  } catch {
    return 'its token is not a JWT';
  }
}

function unavailable(code: GatewayErrorCode, service: string, timedOut: boolean): GatewayError {
  return new GatewayError(
    code,
    `${service} ${timedOut ? 'did not answer in time' : 'cannot be reached or is overloaded'}, ` +
      'so the gateway has no Google credentials. Try again shortly.',
  );
}
