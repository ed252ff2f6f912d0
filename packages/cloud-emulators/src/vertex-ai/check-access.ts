import { errorInfo, GoogleError } from './google-error.ts';

/** Finds the principal of an access token; undefined when the token is unknown or has expired. */
export type CheckAccessToken = (token: string) => { readonly principal: string } | undefined;

const EXPECTED =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';

/**
 * Checks that a request has a valid bearer token, and gives its principal.
 * @param method the full name of the method, such as `google.cloud.aiplatform.v1.PredictionService.Predict`
 * @throws GoogleError UNAUTHENTICATED in Google's words
 */
export function checkAccess(
  authorization: string | undefined,
  method: string,
  checkAccessToken: CheckAccessToken,
): string {
  const metadata = { service: 'aiplatform.googleapis.com', method };
  if (authorization === undefined) {
    throw new GoogleError(
      'UNAUTHENTICATED',
      `Request is missing required authentication credential. ${EXPECTED}`,
      [errorInfo('CREDENTIALS_MISSING', 'googleapis.com', metadata)],
    );
  }
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const holder = token === undefined ? undefined : checkAccessToken(token);
  if (!holder) {
    throw new GoogleError('UNAUTHENTICATED', `Request had invalid authentication credentials. ${EXPECTED}`, [
      errorInfo('ACCESS_TOKEN_TYPE_UNSUPPORTED', 'googleapis.com', metadata),
    ]);
  }
  return holder.principal;
}
