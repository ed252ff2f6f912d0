import { createAzureTokenVerifier } from '../entra/azure-token-verifier.ts';
import type { StorageError } from './storage-error.ts';

/** The principals that may read and write the account's blobs. */
export interface StorageAccess {
  readonly tenantId: string;
  /** Address of the key set that verifies the tenant's tokens. */
  readonly jwksUri: string;
  /** Object ids of the principals with the role Storage Blob Data Contributor. */
  readonly contributors: readonly string[];
}

/**
 * The resource that tokens are asked for.
 * Source: https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory
 */
const RESOURCE = 'https://storage.azure.com';

/**
 * Makes the check of a request's `Authorization`. The check gives undefined when the caller may read and write, or the
 * service's refusal. Azurite itself verifies neither the signature nor the principal of a token.
 * Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
 */
export function createStorageTokenCheck(
  { tenantId, jwksUri, contributors }: StorageAccess,
  now: () => number,
): (authorization: string | undefined) => Promise<StorageError | undefined> {
  const principalOf = createAzureTokenVerifier({ tenantId, jwksUri, audience: RESOURCE, now });
  const unauthenticated = (code: string): StorageError => ({
    status: 401,
    code,
    message:
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
    headers: {
      'www-authenticate': `Bearer authorization_uri=https://login.microsoftonline.com/${tenantId}/oauth2/authorize resource_id=${RESOURCE}`,
    },
  });
  return async (authorization) => {
    if (authorization === undefined) return unauthenticated('NoAuthenticationInformation');
    if (/^SharedKey/i.test(authorization)) {
      return {
        status: 403,
        code: 'KeyBasedAuthenticationNotPermitted',
        message: 'Key based authentication is not permitted on this storage account.',
      };
    }
    const principal = await principalOf(authorization);
    if (!principal) return unauthenticated('InvalidAuthenticationInfo');
    if (contributors.includes(principal.objectId)) return undefined;
    return {
      status: 403,
      code: 'AuthorizationPermissionMismatch',
      message: 'This request is not authorized to perform this operation using this permission.',
    };
  };
}
