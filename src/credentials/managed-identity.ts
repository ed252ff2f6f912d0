import { type AccessToken, type GetTokenOptions, ManagedIdentityCredential } from '@azure/identity';
import { ManagedIdentityApplication } from '@azure/msal-node';

/** A credential of Azure's SDKs that gives a token or throws, and never gives null. */
export interface ManagedIdentity {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken>;
}

/** The retries are few and quick, so that an endpoint that fails can be told from one that is slow. */
const RETRIES = { retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 400 } };
const DEFAULT_SCOPE = /\/\.default$/;

/**
 * Creates the credential of the function app's managed identity. @azure/identity caches tokens for the whole process.
 * After a service has refused a token, Azure's SDKs ask again with `claims`; such a token comes from the platform and not
 * from that cache. The platform has a cache of its own, from which it may give the same token for up to 24 hours.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity
 * @param clientId the client id of a user-assigned identity; undefined for the system-assigned one.
 */
export function createManagedIdentity(clientId: string | undefined): ManagedIdentity {
  const credential =
    clientId === undefined
      ? new ManagedIdentityCredential(RETRIES)
      : new ManagedIdentityCredential({ clientId, ...RETRIES });
  return {
    // @azure/identity itself ignores `claims`.
    getToken: (scopes, options) =>
      options?.claims === undefined
        ? credential.getToken(scopes, options)
        : fetchAnew([scopes].flat().join(' ').replace(DEFAULT_SCOPE, ''), clientId),
  };
}

async function fetchAnew(resource: string, clientId: string | undefined): Promise<AccessToken> {
  const identity = new ManagedIdentityApplication({
    managedIdentityIdParams: clientId === undefined ? {} : { userAssignedClientId: clientId },
    system: { disableInternalRetries: true },
  });
  const { accessToken, expiresOn } = await identity.acquireToken({ resource, forceRefresh: true });
  if (accessToken === '' || !expiresOn) throw new Error('The managed identity endpoint gave no token.');
  return { token: accessToken, expiresOnTimestamp: expiresOn.getTime() };
}
