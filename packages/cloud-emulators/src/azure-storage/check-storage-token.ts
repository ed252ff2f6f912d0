import type { RoleAssignments } from '../azure-rbac/role-assignments.ts';
import { createAzureTokenVerifier } from '../entra/azure-token-verifier.ts';
import { type BlobOperation, type BlobRequest, readBlobOperation } from './blob-operation.ts';
import type { StorageError } from './storage-error.ts';

/** The principals that may read and write the blobs of an account. */
export interface StorageAccess {
  readonly tenantId: string;
  /** Address of the key set that verifies the tenant's tokens. */
  readonly jwksUri: string;
  /** The account's resource id, `/subscriptions/…`. */
  readonly resourceId: string;
  readonly roleAssignments: RoleAssignments;
}

/**
 * The resource that tokens are asked for.
 * Source: https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory
 */
const RESOURCE = 'https://storage.azure.com';

/**
 * Makes the check of who may do a request, by its `Authorization`. The check gives undefined when a role permits it, or the
 * service's refusal. Azurite itself verifies neither the signature nor the principal of a token.
 * Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
 */
export function createStorageTokenCheck(
  { tenantId, jwksUri, resourceId, roleAssignments }: StorageAccess,
  now: () => number,
): (request: BlobRequest) => Promise<StorageError | undefined> {
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
  return async (request) => {
    const { authorization } = request.headers;
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
    const operation = readBlobOperation(request);
    const permits = (action: string): boolean =>
      roleAssignments.permits({
        principalId: principal.objectId,
        resourceId: resourceOf(operation, resourceId),
        action,
        isDataAction: operation.isDataAction,
        ...(operation.subOperation !== undefined && { subOperation: operation.subOperation }),
      });
    if (operation.actions.some(permits)) return undefined;
    return {
      status: 403,
      code: 'AuthorizationPermissionMismatch',
      message: 'This request is not authorized to perform this operation using this permission.',
    };
  };
}

/** Gives the id of the resource that an operation is about: a container, or the account. */
function resourceOf({ container }: BlobOperation, account: string): string {
  return container === undefined ? account : `${account}/blobServices/default/containers/${container}`;
}
