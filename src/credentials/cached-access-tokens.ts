import { type GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { AccessTokens } from '../prediction/vertex.ts';
import type { AccessToken } from './google-token-exchange.ts';

/** The options of `createCachedAccessTokens`. */
export interface CachedAccessTokensOptions {
  /** Gets a new token. No two calls of it run at the same time. */
  readonly exchange: () => Promise<AccessToken>;
  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
  /** Runs a function later; returns a function that cancels it. */
  readonly schedule: (task: () => void, delayInMs: number) => () => void;
}

/** Gives access tokens from a cache that renews itself. */
export interface CachedAccessTokens extends AccessTokens {
  /**
   * Gets another token in place of one that Google refuses before it expires: the cached one if it is newer, and else a
   * new one, which all who ask share. The refused token stays cached until then, since the fault may lie elsewhere.
   * @returns undefined when a new one would not help, or too many have been fetched lately.
   * @throws GatewayError as `accessToken`, when none can be had.
   */
  replace(refused: string): Promise<string | undefined>;
  /** Reports that a token from `replace` is refused too: the fault is not the token's, so for a while none is replaced. */
  replacementRefused(): void;
  /** Stops renewing the token. */
  close(): void;
}

/** A token is renewed after this share of its lifetime, so that an outage of the rest of it goes unnoticed. */
const REFRESH_AFTER = 0.75;
const FIRST_RETRY_IN_MS = 1000;
const LAST_RETRY_IN_MS = 30_000;
/** Without a valid token a failure is repeated to callers for this long before the next attempt. */
const OPEN_CIRCUIT_IN_MS = 1000;
/** The time for which tokens are not replaced after a replacement was refused too. */
const NO_REPLACEMENT_IN_MS = 10_000;
/** The most replacements in a period, however often tokens are refused. */
const REPLACEMENTS = { count: 10, inMs: 60_000 };

/**
 * Keeps one access token. It is renewed in the background well ahead of expiry, with one exchange at a time. It is given
 * out until the instant at which it expires, even while the exchange fails.
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
      // The delay has a minimum, because a token that expires at once would be renewed in a tight loop.
      plan(Math.max(lifetimeInMs * REFRESH_AFTER, FIRST_RETRY_IN_MS));
      return token.value;
    } catch (error) {
      failure = { error: toGatewayError(error), at: now() };
      // Before the first token there is none to renew, so the next caller tries again.
      if (token) plan(retryInMs);
      retryInMs = Math.min(retryInMs * 2, LAST_RETRY_IN_MS);
      throw failure.error;
    }
  }

  function refresh(): Promise<string> {
    refreshing ??= exchangeOnce().finally(() => (refreshing = undefined));
    return refreshing;
  }

  /** Renews the token; throws the last failure again while that is less than a second old. */
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
