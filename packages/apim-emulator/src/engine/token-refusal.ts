import { errors } from 'jose';
import { PolicyFailure } from './policy-failure.ts';

/** Returns the failure for a token that is refused: 401 "Invalid JWT." unless the policy says otherwise. */
export function refusal(reason: string, message: string): PolicyFailure {
  return new PolicyFailure({
    reason,
    message: `${message} Access denied.`,
    status: 401,
    answer: 'Invalid JWT.',
  });
}

/** Returns the failure of a check without the issuer's keys, which could not be fetched: the caller is not at fault. */
export function unavailable(): PolicyFailure {
  return new PolicyFailure({
    reason: 'OpenIdConfigurationUnavailable',
    message: 'The keys of the token issuer could not be fetched.',
    status: 500,
  });
}

/** Returns the failure that an error of the token library amounts to, with a reason of API Management's. */
export function explainRefusal(error: unknown): PolicyFailure {
  if (error instanceof PolicyFailure) return error;
  if (error instanceof errors.JWTExpired) return refusal('TokenExpired', 'The token has expired.');
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refusal('TokenSignatureInvalid', 'The signature of the token is not valid.');
  if (error instanceof errors.JWKSNoMatchingKey)
    return refusal('TokenSignatureKeyNotFound', 'The key that signed the token is not known.');
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss')
    return refusal('TokenIssuerNotAllowed', 'The issuer of the token is not allowed.');
  if (!(error instanceof errors.JOSEError)) return unavailable();
  return refusal('JwtInvalid', 'The token is not valid.');
}
