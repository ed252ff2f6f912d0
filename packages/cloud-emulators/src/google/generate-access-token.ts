import { type AccessTokens, CLOUD_PLATFORM_SCOPE } from './access-tokens.ts';

const MAXIMUM_LIFETIME_IN_SECONDS = 3600;
const FIELDS = new Set(['scope', 'lifetime', 'delegates']);

/** A refusal in the shape of every Google API. Source: https://cloud.google.com/apis/design/errors */
export class ApiError extends Error {
  readonly code: 400 | 401 | 403;
  readonly details: readonly Readonly<Record<string, unknown>>[];

  constructor(code: ApiError['code'], message: string, details: ApiError['details'] = []) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
  }

  toBody(): Record<string, unknown> {
    const status = { 400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED', 403: 'PERMISSION_DENIED' }[this.code];
    const { code, message, details } = this;
    return { error: { code, message, status, ...(details.length > 0 && { details }) } };
  }
}

/**
 * Impersonates a service account.
 * Source: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 * @param mayImpersonate says if the principal has `roles/iam.workloadIdentityUser` on the account.
 * @throws ApiError when the call is refused.
 */
export function generateAccessToken(
  authorization: string | undefined,
  email: string,
  body: Buffer,
  mayImpersonate: (principal: string, email: string) => boolean,
  tokens: AccessTokens,
  maximumLifetimeInSeconds: number,
): Record<string, unknown> {
  const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (bearer === undefined) {
    throw new ApiError(
      401,
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    );
  }
  const caller = tokens.check(bearer);
  if (!caller) {
    throw new ApiError(
      401,
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    );
  }
  const lifetime = readLifetime(readBody(body));
  if (!mayImpersonate(caller.principal, email)) {
    const permission = 'iam.serviceAccounts.getAccessToken';
    throw new ApiError(403, `Permission '${permission}' denied on resource (or it may not exist).`, [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'IAM_PERMISSION_DENIED',
        domain: 'iam.googleapis.com',
        metadata: { permission },
      },
    ]);
  }
  const issued = tokens.issue(`serviceAccount:${email}`, Math.min(lifetime, maximumLifetimeInSeconds));
  return { accessToken: issued.token, expireTime: issued.expiresAt.toISOString().replace(/\.\d+Z$/, 'Z') };
}

function readBody(body: Buffer): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiError(400, 'Invalid JSON payload received.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new ApiError(400, 'Invalid JSON payload received. Root element must be a message.');
  const unknown = Object.keys(parsed).find((name) => !FIELDS.has(name));
  if (unknown !== undefined)
    throw new ApiError(400, `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`);
  const request = parsed as Record<string, unknown>;
  if (Array.isArray(request.delegates) && request.delegates.length > 0)
    throw new ApiError(400, 'This emulator does not support delegates.');
  const scopes = request.scope;
  if (!Array.isArray(scopes) || scopes.length === 0) throw new ApiError(400, 'Scope required.');
  if (scopes.some((scope) => scope !== CLOUD_PLATFORM_SCOPE))
    throw new ApiError(
      400,
      `Request contains an invalid argument: only ${CLOUD_PLATFORM_SCOPE} is supported.`,
    );
  return request;
}

/** Reads a protobuf Duration such as `600s`. */
function readLifetime({ lifetime = '3600s' }: Record<string, unknown>): number {
  const seconds = typeof lifetime === 'string' ? /^(-?\d+(?:\.\d{1,9})?)s$/.exec(lifetime)?.[1] : undefined;
  if (seconds === undefined)
    throw new ApiError(400, "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration).");
  if (Number(seconds) <= 0) throw new ApiError(400, 'Lifetime of access token must be larger then zero.');
  if (Number(seconds) > MAXIMUM_LIFETIME_IN_SECONDS) {
    throw new ApiError(
      400,
      'Access tokens can not have lifetimes of more than 1 hour. Use the Org Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to allow up to 12 hours.',
    );
  }
  return Number(seconds);
}
