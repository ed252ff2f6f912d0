import type { DoctorDependencies } from './examination.ts';
import { readGoogleError, type GoogleError } from './google-error.ts';
import type { ProbeAnswer, ProbeFailure } from './send-probe.ts';

/** The outcome of the impersonation: an access token, or the refusal. */
export interface Impersonation {
  readonly accessToken?: string;
  readonly outcome: ProbeAnswer | ProbeFailure;
  readonly error?: GoogleError;
}

/**
 * Asks for an access token of the service account.
 * Source: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export async function impersonate(
  { settings, send }: Pick<DoctorDependencies, 'settings' | 'send'>,
  account: string,
  federatedToken: string,
  abortSignal: AbortSignal,
): Promise<Impersonation> {
  const outcome = await send({
    url: `${settings.GOOGLE_IAM_CREDENTIALS_URL.replace(/\/$/, '')}/v1/projects/-/serviceAccounts/${encodeURIComponent(account)}:generateAccessToken`,
    method: 'POST',
    headers: { authorization: `Bearer ${federatedToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scope: ['https://www.googleapis.com/auth/cloud-platform'], lifetime: '300s' }),
    abortSignal,
  });
  if (outcome.kind === 'failure') return { outcome };
  const token = outcome.status === 200 ? readAccessToken(outcome.text) : undefined;
  return token === undefined ? { outcome, error: readGoogleError(outcome) } : { outcome, accessToken: token };
}

function readAccessToken(text: string): string | undefined {
  try {
    const { accessToken } = JSON.parse(text) as { readonly accessToken?: unknown };
    return typeof accessToken === 'string' ? accessToken : undefined;
  } catch {
    return undefined;
  }
}
