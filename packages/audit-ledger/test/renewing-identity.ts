import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { ManagedIdentityApplication } from '@azure/msal-node';

/** The identity of this machine, which fetches another token when it is asked with `claims`. */
export function createRenewingIdentity(): TokenCredential {
  const credential = new ManagedIdentityCredential();
  return {
    async getToken(scopes, options) {
      if (options?.claims === undefined) return credential.getToken(scopes, options);
      const resource = [scopes]
        .flat()
        .join(' ')
        .replace(/\/\.default$/, '');
      const identity = new ManagedIdentityApplication({ system: { disableInternalRetries: true } });
      const { accessToken, expiresOn } = await identity.acquireToken({ resource, forceRefresh: true });
      return { token: accessToken, expiresOnTimestamp: expiresOn?.getTime() ?? 0 };
    },
  };
}
