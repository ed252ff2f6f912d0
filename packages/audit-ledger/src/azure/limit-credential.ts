import type { AccessToken, TokenCredential } from '@azure/identity';
import type { Schedule } from '../time/schedule.ts';
import { waitAtMost } from '../time/time-limit.ts';

/** The limits of asking for a token, in milliseconds. */
export interface CredentialLimits {
  readonly schedule: Schedule;
  /** The longest that a token is waited for. */
  readonly timeoutInMs: number;
  /** A request that is not answered within this time may hang, so another is made beside it. */
  readonly askAgainAfterInMs: number;
}

/**
 * Limits how long a token is waited for. Azure's SDKs have all requests of a client wait for one token, so one that
 * never arrives would hold up every later request too. Of several requests for a token the first that settles counts,
 * so that those who wait get a token soon after the identity is back. After the limit the next request asks again.
 * @throws Error from `getToken` when the limit passes.
 */
export function limitCredential(
  credential: TokenCredential,
  { schedule, timeoutInMs, askAgainAfterInMs }: CredentialLimits,
): TokenCredential {
  const onLate = (): never => {
    throw new Error('The managed identity did not answer in time.');
  };
  return {
    async getToken(scopes, options) {
      const { promise, resolve, reject } = Promise.withResolvers<AccessToken | null>();
      let cancel = (): void => undefined;
      const ask = (): void => {
        cancel = schedule(ask, askAgainAfterInMs);
        credential.getToken(scopes, options).then(resolve, reject);
      };
      ask();
      try {
        return await waitAtMost(promise, { schedule, timeoutInMs, onLate });
      } finally {
        cancel();
      }
    },
  };
}
