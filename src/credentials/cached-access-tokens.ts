import { type GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { AccessTokens } from '../prediction/interfaces.ts';
import type { AccessToken } from './google-token-exchange.ts';

export interface CachedAccessTokensOptions {
  readonly exchange: () => Promise<AccessToken>;
  readonly now: () => number;
  /** Runs a function later; returns how to cancel it. */
  readonly schedule: (task: () => void, delayInMs: number) => () => void;
}

export interface CachedAccessTokens extends AccessTokens {
  /** Stops the refreshing. */
  close(): void;
}

/** A token is renewed after this part of its life, so that an outage of a quarter of it goes unnoticed. */
const REFRESH_AFTER = 0.75;
const FIRST_RETRY_IN_MS = 1000;
const LAST_RETRY_IN_MS = 30_000;
/** Without a valid token a failure is repeated to callers for this long before the next attempt. */
const OPEN_CIRCUIT_IN_MS = 1000;

/**
 * Keeps one access token: refreshed in the background well ahead of expiry, one exchange at a time, and served until
 * the very instant it expires whatever happens to the exchange meanwhile.
 */
export function createCachedAccessTokens({
  exchange,
  now,
  schedule,
}: CachedAccessTokensOptions): CachedAccessTokens {
  let token: AccessToken | undefined;
  let refreshing: Promise<string> | undefined;
  let failure: { readonly error: GatewayError; readonly at: number } | undefined;
  let retryInMs = FIRST_RETRY_IN_MS;
  let cancel = (): void => undefined;
  let closed = false;

  function plan(delayInMs: number): void {
    cancel();
    if (closed) return;
    cancel = schedule(() => void refresh().catch(() => undefined), delayInMs);
  }

  async function exchangeOnce(): Promise<string> {
    const startedAt = now();
    try {
      token = await exchange();
      failure = undefined;
      retryInMs = FIRST_RETRY_IN_MS;
      const lifetimeInMs = token.expiresAt.getTime() - startedAt;
      // Never at once: a token that has hardly a life would be exchanged in a tight loop.
      plan(Math.max(lifetimeInMs * REFRESH_AFTER, FIRST_RETRY_IN_MS));
      return token.value;
    } catch (error) {
      failure = { error: toGatewayError(error), at: now() };
      // Before the first token there is nothing to keep fresh: the next caller tries.
      if (token) plan(retryInMs);
      retryInMs = Math.min(retryInMs * 2, LAST_RETRY_IN_MS);
      throw failure.error;
    }
  }

  function refresh(): Promise<string> {
    refreshing ??= exchangeOnce().finally(() => (refreshing = undefined));
    return refreshing;
  }

  return {
    async accessToken(): Promise<string> {
      if (token && token.expiresAt.getTime() > now()) return token.value;
      if (!refreshing && failure && now() - failure.at < OPEN_CIRCUIT_IN_MS) throw failure.error;
      return refresh();
    },
    close(): void {
      closed = true;
      cancel();
    },
  };
}
