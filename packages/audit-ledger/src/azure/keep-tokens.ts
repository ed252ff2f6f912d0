import type { AccessToken, TokenCredential } from '@azure/identity';

interface KeptToken {
  readonly token: AccessToken;
  /** The time from which another token is asked for, in milliseconds since the epoch. */
  readonly askAt: number;
}

/** @azure/identity itself renews its cached token this early. */
const ASK_BEFORE_END_IN_MS = 5 * 60_000;
const ASK_AGAIN_AFTER_IN_MS = 30_000;

/**
 * Keeps the token of each scope until it expires, and asks for another in its last five minutes. While there is no
 * other, the kept token stays in use. A request with `claims` always asks for another, because a service has refused
 * the kept one.
 *
 * Every token is given out as expired, so that Azure's SDKs ask each time. Otherwise they fetch another in the
 * background two minutes before it expires. Nobody handles the failure of that fetch, so it would end the process.
 * @param now milliseconds since the epoch.
 */
export function keepTokens(credential: TokenCredential, now: () => number): TokenCredential {
  const kept = new Map<string, KeptToken>();
  return {
    async getToken(scopes, options) {
      const key = [scopes].flat().join(' ');
      const last = options?.claims === undefined ? kept.get(key) : undefined;
      if (last && now() < last.askAt) return ended(last.token);
      try {
        const token = await credential.getToken(scopes, options);
        if (!token) return token;
        kept.set(key, { token, askAt: nextAsk(token, now()) });
        return ended(token);
      } catch (error) {
        if (!last || now() >= last.token.expiresOnTimestamp) throw error;
        kept.set(key, { ...last, askAt: now() + ASK_AGAIN_AFTER_IN_MS });
        return ended(last.token);
      }
    },
  };
}

/**
 * The delay keeps a service that gives the same token again in its last minutes from being asked with every request.
 */
function nextAsk({ expiresOnTimestamp }: AccessToken, time: number): number {
  const early = Math.max(expiresOnTimestamp - ASK_BEFORE_END_IN_MS, time + ASK_AGAIN_AFTER_IN_MS);
  return Math.min(early, expiresOnTimestamp);
}

function ended(token: AccessToken): AccessToken {
  return { token: token.token, expiresOnTimestamp: 0 };
}
