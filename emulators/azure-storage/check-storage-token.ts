import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { StorageError } from './storage-error.ts';

/** Who may read and write the account's blobs. */
export interface StorageAccess {
  readonly tenantId: string;
  /** Where the keys of the tenant's tokens are. */
  readonly jwksUri: string;
  /** Object ids of the principals with the role Storage Blob Data Contributor. */
  readonly contributors: readonly string[];
}

/** Source: https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory */
const AUDIENCES = ['https://storage.azure.com', 'https://storage.azure.com/'];
/** A client sends the same token with every request. */
const REMEMBERED_TOKENS = 100;

/**
 * Makes the check of a request's `Authorization`: undefined when it may read and write, or the service's refusal.
 * Azurite itself does not look at signatures, nor at whom a token was given to.
 * Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
 */
export function createStorageTokenCheck(
  { tenantId, jwksUri, contributors }: StorageAccess,
  now: () => number,
): (authorization: string | undefined) => Promise<StorageError | undefined> {
  const keys = createRemoteJWKSet(new URL(jwksUri));
  const challenge = {
    'www-authenticate': `Bearer authorization_uri=https://login.microsoftonline.com/${tenantId}/oauth2/authorize resource_id=https://storage.azure.com`,
  };
  const known = new Map<string, { readonly objectId: string; readonly expiresAt: number }>();

  const verify = async (token: string): Promise<string | undefined> => {
    const verified = known.get(token);
    if (verified && verified.expiresAt > now()) return verified.objectId;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: `https://sts.windows.net/${tenantId}/`,
        audience: AUDIENCES,
        requiredClaims: ['exp', 'oid'],
        currentDate: new Date(now()),
      });
      const objectId = String(payload.oid);
      if (known.size >= REMEMBERED_TOKENS) known.clear();
      known.set(token, { objectId, expiresAt: (payload.exp ?? 0) * 1000 });
      return objectId;
    } catch {
      return undefined;
    }
  };

  return async (authorization) => {
    if (authorization === undefined) {
      return {
        status: 401,
        code: 'NoAuthenticationInformation',
        message:
          'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
        headers: challenge,
      };
    }
    if (/^SharedKey/i.test(authorization)) {
      return {
        status: 403,
        code: 'KeyBasedAuthenticationNotPermitted',
        message: 'Key based authentication is not permitted on this storage account.',
      };
    }
    const objectId = await verify(/^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '');
    if (objectId === undefined) {
      return {
        status: 401,
        code: 'InvalidAuthenticationInfo',
        message:
          'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
        headers: challenge,
      };
    }
    if (contributors.includes(objectId)) return undefined;
    return {
      status: 403,
      code: 'AuthorizationPermissionMismatch',
      message: 'This request is not authorized to perform this operation using this permission.',
    };
  };
}
