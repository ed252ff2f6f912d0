import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import { fetchWithRetries } from '../../loopback/send-with-retries.ts';
import { type ApiError, apiError } from './api-error.ts';

/** The principals of a tenant that may query the application, as a role such as Monitoring Reader names them. */
export interface QueryAccess {
  /** `iss` of the tenant's tokens. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** Object ids of the principals that may query. */
  readonly readers: readonly string[];
}

/** The resource that tokens are asked for. Source: https://learn.microsoft.com/azure/azure-monitor/app/app-insights-azure-ad-api */
const AUDIENCE = 'https://api.applicationinsights.io';

/**
 * Makes the check of a request's bearer token. The check gives undefined when the caller may query, or the API's error.
 */
export function createQueryTokenCheck(
  { issuer, jwksUri }: Omit<QueryAccess, 'readers'>,
  readers: () => readonly string[],
  now: () => number,
): (authorization: string | undefined) => Promise<ApiError | undefined> {
  const keys = createRemoteJWKSet(new URL(jwksUri), { [customFetch]: fetchWithRetries });
  return async (authorization) => {
    if (authorization === undefined) {
      return apiError(
        401,
        'AuthenticationFailed',
        "Authentication failed. The 'Authorization' header is missing.",
      );
    }
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '';
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'oid'],
        currentDate: new Date(now()),
      });
      return readers().includes(String(payload.oid)) ? undefined : insufficientAccess();
    } catch (error) {
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
        const audience = [error.payload.aud ?? []].flat().join(', ');
        return apiError(
          403,
          'InvalidAuthenticationTokenAudience',
          `The access token has been obtained from wrong audience or resource '${audience}'. It should exactly match (including forward slash) with one of the allowed audiences '${AUDIENCE}'.`,
        );
      }
      return apiError(403, 'InvalidAuthenticationToken', 'The access token is invalid.');
    }
  };
}

/** Returns the answer to a token without the right to read the resource. */
export function insufficientAccess(): ApiError {
  return apiError(
    403,
    'InsufficientAccessError',
    'The provided credentials have insufficient access to perform the requested operation',
  );
}
