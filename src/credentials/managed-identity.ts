import { ManagedIdentityCredential } from '@azure/identity';

/** Few and quick, so that an endpoint that fails is told from one that is late. */
const RETRIES = { retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 400 } };

/**
 * The function app's managed identity. Tokens are cached by @azure/identity.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity
 * @param clientId of a user-assigned identity; the system-assigned one when undefined.
 */
export function createManagedIdentity(clientId: string | undefined): ManagedIdentityCredential {
  return clientId === undefined
    ? new ManagedIdentityCredential(RETRIES)
    : new ManagedIdentityCredential({ clientId, ...RETRIES });
}
