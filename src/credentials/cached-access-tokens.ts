import { createBackOff } from '@vertex-ai-gateway/audit-ledger/time';
import { toGatewayError } from '../errors/gateway-error.ts';
import type { AccessTokens } from '../prediction/vertex.ts';
import type { AccessToken } from './google-token-exchange.ts';

/** The options of `createCachedAccessTokens`. */
export interface CachedAccessTokensOptions {
  /** Gets a new token, or fails within a limit of its own. One call a second at most is made beside one that runs. */
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
/** The time between a failure and the next attempt. Callers without a valid token wait for that attempt. */
const PAUSE_AFTER_FAILURE_IN_MS = 1000;
/** An exchange that has run for this long may hang. Another is made beside it while callers wait. */
const SHARED_FOR_IN_MS = 1000;
/** The time for which tokens are not replaced after a replacement was refused too. */
const NO_REPLACEMENT_IN_MS = 10_000;
/** The most replacements in a period, however often tokens are refused. */
const REPLACEMENTS = { count: 10, inMs: 60_000 };

/** An exchange under way. */
interface Attempt {
  readonly startedAt: number;
  /** Settles as the exchange does, and resolves earlier when another exchange gives a token. */
  readonly outcome: Promise<string>;
  readonly resolve: (token: string) => void;
  /** True when another exchange has given a token. */
  isOvertaken: boolean;
}

/**
 * Keeps one access token. It is renewed in the background well ahead of expiry. It is given out until the instant at which
 * it expires, even while the exchange fails. Callers without a valid token share an exchange. After an outage the next
 * caller gets a token: neither a failure nor an exchange that hangs is passed on to those who come later.
 */
export function createCachedAccessTokens({
  exchange,
  now,
  schedule,
}: CachedAccessTokensOptions): CachedAccessTokens {
  let token: AccessToken | undefined;
  let latest: Attempt | undefined;
  const running = new Set<Attempt>();
  /** The callers that wait for a token. */
  let waiting = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let next: Promise<string> | undefined;
  let endPause = (): void => undefined;
  const backOff = createBackOff(FIRST_RETRY_IN_MS, LAST_RETRY_IN_MS);
  let cancel = (): void => undefined;
  let closed = false;
  let noReplacementUntil = Number.NEGATIVE_INFINITY;
  let replacedAt: number[] = [];

  function plan(delayInMs: number): void {
    cancel();
    if (closed) return;
    cancel = schedule(() => void join(), delayInMs);
  }

  async function run({ startedAt, resolve }: Attempt): Promise<void> {
    const fetched = await exchange();
    token = fetched;
    failedAt = Number.NEGATIVE_INFINITY;
    backOff.reset();
    const lifetimeInMs = fetched.expiresAt.getTime() - startedAt;
    // The delay has a minimum, because a token that expires at once would be renewed in a tight loop.
    plan(Math.max(lifetimeInMs * REFRESH_AFTER, FIRST_RETRY_IN_MS));
    resolve(fetched.value);
    for (const other of running) {
      other.isOvertaken = true;
      other.resolve(fetched.value);
    }
  }

  function noteFailure({ isOvertaken }: Attempt): void {
    if (isOvertaken) return;
    failedAt = now();
    // Before the first token there is none to renew, so the next caller tries again.
    const retryInMs = backOff.next();
    if (token) plan(retryInMs);
  }

  function start(): Attempt {
    const { promise: outcome, resolve, reject } = Promise.withResolvers<string>();
    const attempt: Attempt = { startedAt: now(), outcome, resolve, isOvertaken: false };
    running.add(attempt);
    latest = attempt;
    const cancelNext = schedule(() => {
      if (!closed && waiting > 0 && latest === attempt) start();
    }, SHARED_FOR_IN_MS);
    run(attempt)
      .finally(() => {
        cancelNext();
        running.delete(attempt);
      })
      .catch((error: unknown) => {
        noteFailure(attempt);
        reject(toGatewayError(error));
      });
    // Nobody may be waiting for it.
    outcome.catch(() => undefined);
    return attempt;
  }

  /** Returns the exchange that has just begun, or another. */
  function join(): Attempt {
    const isShared = latest && running.has(latest) && now() - latest.startedAt < SHARED_FOR_IN_MS;
    return isShared && latest ? latest : start();
  }

  /** Gets a new token for a caller. */
  async function refresh(): Promise<string> {
    waiting += 1;
    try {
      return await join().outcome;
    } finally {
      waiting -= 1;
    }
  }

  /** Gets a new token, not before a second after the last failure. All who wait for that share the attempt. */
  async function refreshWhenDue(): Promise<string> {
    const pauseInMs = failedAt + PAUSE_AFTER_FAILURE_IN_MS - now();
    if (pauseInMs <= 0 || running.size > 0) return refresh();
    next ??= new Promise<void>((due) => {
      const cancelPause = schedule(due, pauseInMs);
      endPause = () => {
        cancelPause();
        due();
      };
    }).then(() => {
      next = undefined;
      return refresh();
    });
    return next;
  }

  async function accessToken(): Promise<string> {
    return token && token.expiresAt.getTime() > now() ? token.value : refreshWhenDue();
  }

  return {
    accessToken,
    async replace(refused: string): Promise<string | undefined> {
      if (token?.value !== refused) return accessToken();
      if (running.size === 0) {
        replacedAt = replacedAt.filter((at) => now() - at < REPLACEMENTS.inMs);
        if (now() < noReplacementUntil || replacedAt.length >= REPLACEMENTS.count) return undefined;
        replacedAt.push(now());
      }
      const replacement = await refreshWhenDue();
      return replacement === refused ? undefined : replacement;
    },
    replacementRefused(): void {
      noReplacementUntil = now() + NO_REPLACEMENT_IN_MS;
    },
    close(): void {
      closed = true;
      cancel();
      endPause();
    },
  };
}
