import type { TokenCredential } from '@azure/identity';
import { waitAtMost, type Schedule } from '../time/time-limit.ts';

/**
 * Limits how long a token is waited for, in milliseconds. Azure's SDKs have all requests of a client wait for one
 * token, so one that never arrives would hold up every later request too. After the limit the next request asks again.
 * @throws Error from `getToken` when the limit passes.
 */
export function limitCredential(
  credential: TokenCredential,
  limit: { readonly schedule: Schedule; readonly timeoutInMs: number },
): TokenCredential {
  const onLate = (): never => {
    throw new Error('The managed identity did not answer in time.');
  };
  return {
    getToken: (scopes, options) => waitAtMost(credential.getToken(scopes, options), { ...limit, onLate }),
  };
}
