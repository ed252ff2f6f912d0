import type { DoctorDependencies } from './examination.ts';
import type { LegName } from './report.ts';
import { readSts, type StsReading } from './sts-answers.ts';

/** The legs that an answer of Google STS tells about, in the order in which STS checks. */
export const STS_LEGS = [
  'pool-provider',
  'issuer',
  'audience',
  'attribute-condition',
  'token-exchange',
] as const satisfies readonly LegName[];

/** The outcome of the exchange: an access token, or the reading of a refusal. */
export interface Exchange {
  readonly accessToken?: string;
  readonly reading?: StsReading;
}

/**
 * Exchanges the managed identity's token by a plain request, of whose refusal everything can be read. The gateway itself
 * uses google-auth-library, whose errors hold the token.
 * Source: https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
 */
export async function exchangeSubjectToken(
  { settings, send }: Pick<DoctorDependencies, 'settings' | 'send'>,
  subjectToken: string,
  abortSignal: AbortSignal,
): Promise<Exchange> {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: settings.GOOGLE_POOL_PROVIDER_AUDIENCE,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: subjectToken,
  });
  const outcome = await send({
    url: settings.GOOGLE_STS_URL,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    abortSignal,
  });
  return readSts(outcome, settings);
}
