import type { AuthorizedCall } from '../governance/decide.ts';
import type { Governance } from '../governance/governance.ts';
import type { Caller } from './caller.ts';
import type { Prediction } from './prediction.ts';
import { createStreamSlots } from './stream-slots.ts';
import { createTokenBudgets } from './token-budgets.ts';

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
