import { type GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { AccessTokens } from '../prediction/vertex.ts';
import type { AccessToken } from './google-token-exchange.ts';

export interface CachedAccessTokensOptions {
  readonly exchange: () => Promise<AccessToken>;
  readonly now: () => number;
  /** Runs a function later; returns how to cancel it. */
  readonly schedule: (task: () => void, delayInMs: number) => () => void;
}

export interface CachedAccessTokens extends AccessTokens {
  /**
   * Another token in place of one that Google refuses before its time: a newer one that is there, else a new one, once
   * for all who ask. The refused one is kept until that is there, since the refusal may be another's fault.
   * @returns undefined where a new one would not help, or too many have been fetched lately.
   * @throws GatewayError as `accessToken`, when none can be had.
   */
  replace(refused: string): Promise<string | undefined>;
  /** The token that came from `replace` is refused too, so the fault is not the token's: for a while none is replaced. */
  replacementRefused(): void;
  /** Stops the refreshing. */
  close(): void;
}

/** A token is renewed after this part of its life, so that an outage of a quarter of it goes unnoticed. */
const REFRESH_AFTER = 0.75;
const FIRST_RETRY_IN_MS = 1000;
const LAST_RETRY_IN_MS = 30_000;
/** Without a valid token a failure is repeated to callers for this long before the next attempt. */
const OPEN_CIRCUIT_IN_MS = 1000;
/** The time for which tokens are not replaced after a replacement was refused too. */
const NO_REPLACEMENT_IN_MS = 10_000;
/** However often tokens are refused and their replacements are not, no more are fetched in this time. */
const REPLACEMENTS = { count: 10, inMs: 60_000 };

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
  let noReplacementUntil = Number.NEGATIVE_INFINITY;
  let replacedAt: number[] = [];

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

  /** Does not hurry a service that has just failed. */
  async function refreshUnlessFailing(): Promise<string> {
    if (!refreshing && failure && now() - failure.at < OPEN_CIRCUIT_IN_MS) throw failure.error;
    return refresh();
  }

  async function accessToken(): Promise<string> {
    return token && token.expiresAt.getTime() > now() ? token.value : refreshUnlessFailing();
  }

  return {
    accessToken,
    async replace(refused: string): Promise<string | undefined> {
      if (token?.value !== refused) return accessToken();
      if (!refreshing) {
        replacedAt = replacedAt.filter((at) => now() - at < REPLACEMENTS.inMs);
        if (now() < noReplacementUntil || replacedAt.length >= REPLACEMENTS.count) return undefined;
        replacedAt.push(now());
      }
      const replacement = await refreshUnlessFailing();
      return replacement === refused ? undefined : replacement;
    },
    replacementRefused(): void {
      noReplacementUntil = now() + NO_REPLACEMENT_IN_MS;
    },
    close(): void {
      closed = true;
      cancel();
    },
  };
}
