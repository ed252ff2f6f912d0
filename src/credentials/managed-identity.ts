import { type AccessToken, type GetTokenOptions, ManagedIdentityCredential } from '@azure/identity';
import { ManagedIdentityApplication } from '@azure/msal-node';

/** A credential that always gives a token, or throws. */
export interface ManagedIdentity {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken>;
}

/** Few and quick, so that an endpoint that fails is told from one that is late. */
const RETRIES = { retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 400 } };
const DEFAULT_SCOPE = /\/\.default$/;

/**
 * The function app's managed identity. Tokens are cached for the whole process by @azure/identity; one that a service has
 * refused is asked for with `claims`, as Azure's SDKs do then, and comes from the platform, not from that cache. The
 * platform has one of its own, out of which it may give the same for up to 24 hours.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity
 * @param clientId of a user-assigned identity; the system-assigned one when undefined.
 */
export function createManagedIdentity(clientId: string | undefined): ManagedIdentity {
  const credential =
    clientId === undefined
      ? new ManagedIdentityCredential(RETRIES)
      : new ManagedIdentityCredential({ clientId, ...RETRIES });
  return {
    // @azure/identity itself pays no heed to `claims`.
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
