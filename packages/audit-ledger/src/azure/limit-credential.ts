import type { TokenCredential } from '@azure/identity';
import { inTime, type Schedule } from '../time/time-limit.ts';

/**
 * Gives up on a token after a time. Azure's SDKs have all requests of a client wait for one token, so that an identity
 * endpoint which once doesn't answer would hold up every later request too; given up on, it is asked again.
 */
export function limitCredential(
  credential: TokenCredential,
  limit: { readonly schedule: Schedule; readonly timeoutInMs: number },
): TokenCredential {
  const onLate = (): never => {
    throw new Error('The managed identity did not answer in time.');
  };
  return {
    getToken: (scopes, options) => inTime(credential.getToken(scopes, options), { ...limit, onLate }),
  };
}
