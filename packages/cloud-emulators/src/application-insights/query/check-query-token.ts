import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { RoleAssignments } from '../../azure-rbac/role-assignments.ts';
import { fetchWithRetries } from '../../loopback/send-with-retries.ts';
import { type ApiError, apiError } from './api-error.ts';

/** The principals of a tenant that may query the application. */
export interface QueryAccess {
  /** `iss` of the tenant's tokens. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** The resource id, `/subscriptions/…`. */
  readonly resourceId: string;
  readonly roleAssignments: RoleAssignments;
}

/** The resource that tokens are asked for. Source: https://learn.microsoft.com/azure/azure-monitor/app/app-insights-azure-ad-api */
const AUDIENCE = 'https://api.applicationinsights.io';
/** Reading one table of a resource. Source: https://learn.microsoft.com/azure/azure-monitor/logs/manage-access#azure-rbac */
const READ_EVENTS = 'Microsoft.Insights/logs/AppEvents/read';

/**
 * Makes the check of a request's bearer token. The check gives undefined when the caller may query, or the API's error.
 */
export function createQueryTokenCheck(
  { issuer, jwksUri, resourceId, roleAssignments }: QueryAccess,
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
      const permitted = roleAssignments.permits({
        principalId: String(payload.oid),
        resourceId,
        action: READ_EVENTS,
        isDataAction: false,
      });
      return permitted ? undefined : insufficientAccess();
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
