import { GatewayError } from '../errors/gateway-error.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { Governance } from '../governance/governance.ts';
import { describeOwner, listLimits, type AppliedLimit } from '../governance/principals.ts';
import type { Caller } from './caller.ts';
import type { Prediction } from './prediction.ts';

/** The part of its caller's limits that one call takes. */
export interface HeldLimits {
  /**
   * Checks the caller's token budgets, and takes a stream slot when the call streams.
   * @throws GatewayError TOKENS_EXHAUSTED, STREAMS_EXHAUSTED; nothing is taken then.
   */
  reserve(caller: Caller, call: AuthorizedCall<Prediction>): void;
  /** Frees the slot and counts the tokens that the call used. Does nothing when nothing is reserved. */
  release(tokens: number): void;
}

/** Returns a function that makes the limits of one call. All calls count against the same budgets and slots. */
export function createCallerLimits(governance: Governance, now: () => Date): () => HeldLimits {
  const streamSlots = createStreamSlots(governance);
  const tokenBudgets = createTokenBudgets(governance, now);
  return () => {
    let giveBack: ((tokens: number) => void) | undefined;
    return {
      reserve(caller, call) {
        const spendTokens = tokenBudgets.admit(caller, call);
        const freeSlots = streamSlots.take(caller, call);
        giveBack = (tokens) => {
          spendTokens(tokens);
          freeSlots();
        };
      },
      release(tokens) {
        giveBack?.(tokens);
        giveBack = undefined;
      },
    };
  };
}

/** Bounds how many tokens one APIM subscription uses in a minute and in a day, streams included. */
export interface TokenBudgets {
  /**
   * Lets a call begin unless a budget (`tokensPerMinute`, `tokensPerDay`) that it counts against is used up. Calls that
   * run at the same time can use more than is left.
   * @returns a function that counts the call's tokens once they are known.
   * @throws GatewayError TOKENS_EXHAUSTED, with the time until all used-up budgets are there again.
   */
  admit(caller: Caller, call: AuthorizedCall<Prediction>): (tokens: number) => void;
}

interface Budget {
  readonly limit: AppliedLimit;
  readonly period: 'minute' | 'day';
  readonly tokens: number;
  readonly key: string;
}

interface Used {
  /** The number of the period since 1970, in UTC. */
  readonly period: number;
  readonly tokens: number;
}

const PERIOD_IN_MS = { minute: 60_000, day: 86_400_000 } as const;

/**
 * Counts the tokens of this process alone. Each instance of a function app that is scaled out has the whole budget. The
 * edge counts the tokens of whole answers for all instances; it can't see those of streams.
 */
export function createTokenBudgets(
  { documents }: Pick<Governance, 'documents'>,
  now: () => Date,
): TokenBudgets {
  const used = new Map<string, Used>();
  const usedIn = ({ key, period }: Budget, time: number): number => {
    const entry = used.get(key);
    return entry?.period === Math.floor(time / PERIOD_IN_MS[period]) ? entry.tokens : 0;
  };

  return {
    admit(caller, { entry }) {
      const limits = listLimits(documents, caller, entry, caller.productId);
      const budgets = limits.flatMap((limit) => budgetsOf(limit, caller));
      const time = now().getTime();
      const spent = budgets.filter((budget) => usedIn(budget, time) >= budget.tokens);
      const [longest] = spent.toSorted((one, other) => timeLeft(other, time) - timeLeft(one, time));
      if (longest) throw tokensExhausted(longest, time);
      return (tokens) => {
        const then = now().getTime();
        for (const budget of budgets)
          used.set(budget.key, {
            period: Math.floor(then / PERIOD_IN_MS[budget.period]),
            tokens: usedIn(budget, then) + tokens,
          });
      };
    },
  };
}

function budgetsOf(limit: AppliedLimit, { subscriptionId }: Caller): Budget[] {
  const { scope, name, tokensPerMinute, tokensPerDay } = limit;
  const key = `${scope}/${name}/${subscriptionId}`;
  return [
    ...(tokensPerMinute === undefined
      ? []
      : [{ limit, period: 'minute' as const, tokens: tokensPerMinute, key: `minute/${key}` }]),
    ...(tokensPerDay === undefined
      ? []
      : [{ limit, period: 'day' as const, tokens: tokensPerDay, key: `day/${key}` }]),
  ];
}

/** Returns the time until the budget is there again, in milliseconds. */
function timeLeft({ period }: Budget, time: number): number {
  return PERIOD_IN_MS[period] - (time % PERIOD_IN_MS[period]);
}

function tokensExhausted(budget: Budget, time: number): GatewayError {
  const { limit, period, tokens } = budget;
  return new GatewayError(
    'TOKENS_EXHAUSTED',
    `Your APIM subscription may use ${tokens} tokens a ${period} ${describeOwner(limit)}, and has used them. Wait for as long as the header Retry-After says.`,
    {
      retryAfterInMs: timeLeft(budget, time),
      spent: { what: 'tokens', limit: tokens },
    },
  );
}

/** Bounds how many streams one APIM subscription has open at once. */
export interface StreamSlots {
  /**
   * Takes one slot of every limit (`concurrentStreams`) that the call counts against; a call that does not stream takes
   * none.
   * @returns a function that frees the slots.
   * @throws GatewayError STREAMS_EXHAUSTED; nothing is taken then.
   */
  take(caller: Caller, call: AuthorizedCall<Prediction>): () => void;
}

/**
 * Counts the streams of this process alone. Each instance of a function app that is scaled out lets as many streams
 * through.
 */
export function createStreamSlots({ documents }: Pick<Governance, 'documents'>): StreamSlots {
  const open = new Map<string, number>();
  const add = (key: string, count: number): void => {
    const streams = (open.get(key) ?? 0) + count;
    if (streams > 0) open.set(key, streams);
    else open.delete(key);
  };

  return {
    take(caller, { target, entry }) {
      if (target.payload.framing === undefined) return () => undefined;
      const bounds = listLimits(documents, caller, entry, caller.productId)
        .filter(({ concurrentStreams }) => concurrentStreams !== undefined)
        .map((limit) => ({ limit, key: `${limit.scope}/${limit.name}/${caller.subscriptionId}` }));
      const full = bounds.find(
        ({ limit, key }) => (open.get(key) ?? 0) >= (limit.concurrentStreams ?? Infinity),
      );
      if (full) throw streamsExhausted(full.limit);
      for (const { key } of bounds) add(key, 1);
      return () => {
        for (const { key } of bounds) add(key, -1);
      };
    },
  };
}

function streamsExhausted(limit: AppliedLimit): GatewayError {
  const { concurrentStreams = 0 } = limit;
  const streams = concurrentStreams === 1 ? '1 stream' : `${concurrentStreams} streams`;
  return new GatewayError(
    'STREAMS_EXHAUSTED',
    `Your APIM subscription may have ${streams} open at once ${describeOwner(limit)}. Try again when one of them has ended.`,
    { spent: { what: 'streams', limit: concurrentStreams } },
  );
}
