import type { Exchange } from './exchange.ts';
import { PolicyFailure } from './policy-failure.ts';
import type { PolicyLocation } from './policy-failure.ts';

/** Runs a policy on an exchange; gives a promise only where it has to wait. */
export type Action = (exchange: Exchange) => Promise<void> | undefined;

/**
 * Answers a preflight request, or doesn't: `next` leaves it to the next policy that could.
 * @throws {ExpressionEvaluationError}
 */
export type Preflight = (exchange: Exchange) => 'answered' | 'next';

/** A compiled policy that does more than act: a `cors` also answers preflight requests. */
export interface CompiledPolicy {
  readonly run: Action;
  readonly preflights: readonly Preflight[];
}

/** A compiled policy and where it stands. */
export interface PolicyStep {
  readonly location: PolicyLocation;
  readonly run: Action;
  /** The answers to preflight requests of the policy and of those that it includes; most policies have none. */
  readonly preflights?: readonly Preflight[];
}

/**
 * Runs steps in order until one ends the pipeline; without a promise as long as none of them waits.
 * @throws {PolicyFailure} with the location of the innermost policy that failed.
 */
export function runSteps(
  steps: readonly PolicyStep[],
  exchange: Exchange,
  from = 0,
): Promise<void> | undefined {
  for (let index = from; index < steps.length; index += 1) {
    const step = steps[index];
    if (!step || exchange.ended) return undefined;
    let pending: Promise<void> | undefined;
    try {
      pending = step.run(exchange);
    } catch (error) {
      throw PolicyFailure.of(error, step.location);
    }
    if (pending) return runAfter(pending, steps, exchange, index);
  }
  return undefined;
}

async function runAfter(
  pending: Promise<void>,
  steps: readonly PolicyStep[],
  exchange: Exchange,
  index: number,
): Promise<void> {
  try {
    await pending;
  } catch (error) {
    throw PolicyFailure.of(error, steps[index]?.location);
  }
  await runSteps(steps, exchange, index + 1);
}
