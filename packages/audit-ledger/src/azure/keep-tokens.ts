import type { AccessToken, TokenCredential } from '@azure/identity';

interface KeptToken {
  readonly token: AccessToken;
  /** When another is asked for, in milliseconds since the epoch. */
  readonly askAt: number;
}

/** As early as @azure/identity itself gives up the one that it has. */
const ASK_BEFORE_END_IN_MS = 5 * 60_000;
const ASK_AGAIN_AFTER_IN_MS = 30_000;

/**
 * Keeps the token of each scope until it ends, and asks for another in its last five minutes; while there is none, the
 * one that is kept goes on. With `claims` it is given up: a service has refused it.
 *
 * It says of every token that it has ended, so that Azure's SDKs ask each time. Else they fetch another in the background
 * two minutes before the end, and the failure of that, which they leave to nobody, ends the process.
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

/** An identity that gives the same token in its last minutes too is not asked with every request. */
function nextAsk({ expiresOnTimestamp }: AccessToken, time: number): number {
  const early = Math.max(expiresOnTimestamp - ASK_BEFORE_END_IN_MS, time + ASK_AGAIN_AFTER_IN_MS);
  return Math.min(early, expiresOnTimestamp);
}

function ended(token: AccessToken): AccessToken {
  return { token: token.token, expiresOnTimestamp: 0 };
}
