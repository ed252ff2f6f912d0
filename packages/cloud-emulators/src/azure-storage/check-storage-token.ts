import type { IncomingMessage } from 'node:http';
import { createAzureTokenVerifier } from '../entra/azure-token-verifier.ts';
import type { StorageError } from './storage-error.ts';

/** The principals that may read and write the blobs of an account. */
export interface StorageAccess {
  readonly tenantId: string;
  /** Address of the key set that verifies the tenant's tokens. */
  readonly jwksUri: string;
  /** Object ids of the principals with the role Storage Blob Data Contributor. */
  readonly contributors: readonly string[];
  /**
   * Object ids of the principals with a role of the data actions `blobs/read` and `blobs/add/action` alone: they read
   * blobs and create new ones; they replace and delete none. Nobody when left out.
   */
  readonly creators?: readonly string[];
}

/** The parts of a request by which the check tells who may do it. */
type CheckedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/**
 * The resource that tokens are asked for.
 * Source: https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory
 */
const RESOURCE = 'https://storage.azure.com';

/**
 * Makes the check of who may do a request, by its `Authorization`. The check gives undefined when the caller may read and write, or the
 * service's refusal. Azurite itself verifies neither the signature nor the principal of a token.
 * Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
 * @param roles the roles as they are assigned at the time of the request.
 */
export function createStorageTokenCheck(
  { tenantId, jwksUri }: Pick<StorageAccess, 'tenantId' | 'jwksUri'>,
  roles: () => Pick<StorageAccess, 'contributors' | 'creators'>,
  now: () => number,
): (request: CheckedRequest) => Promise<StorageError | undefined> {
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
    const { contributors, creators = [] } = roles();
    if (contributors.includes(principal.objectId)) return undefined;
    if (creators.includes(principal.objectId) && isReadOrCreation(request)) return undefined;
    return {
      status: 403,
      code: 'AuthorizationPermissionMismatch',
      message: 'This request is not authorized to perform this operation using this permission.',
    };
  };
}

/**
 * Tells whether a request reads, or creates a blob on condition that there is none of its name.
 * Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-blob-service-operations
 */
function isReadOrCreation({ method, url = '', headers }: CheckedRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  const { searchParams } = new URL(url, 'https://127.0.0.1');
  const isPutBlob = method === 'PUT' && !searchParams.has('comp') && !searchParams.has('restype');
  return isPutBlob && headers['if-none-match'] === '*';
}
