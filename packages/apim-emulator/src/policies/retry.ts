import type { PolicyElement } from '../documents/policy-element.ts';
import { explainBackendError, LONGEST_TIMER_IN_MS } from '../engine/backend-failure.ts';
import { answerFailure } from '../engine/exchange-response.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { runSteps } from '../engine/policy-step.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';
import { isTrue, readCount } from './rate-limit-by-key.ts';

const MAXIMUM_COUNT = 50;

/** Milliseconds before one retry; the first is 1. */
type Wait = (exchange: Exchange, retry: number) => number;

/**
 * A failure of forward-request, such as a timeout, counts as the answer that it would get, and is only a failure when
 * there are no retries left. Any other failure ends it.
 * Source: https://learn.microsoft.com/azure/api-management/retry-policy
 */
export const retry: PolicyDefinition = {
  name: 'retry',
  sections: SECTIONS,
  attributes: {
    condition: { required: true },
    count: { required: true },
    interval: { required: true },
    'max-interval': {},
    delta: {},
    'first-fast-retry': { oneOf: ['true', 'false'] },
  },
  holds: 'policies',
  compile: (element, compiler) => {
    const condition = compiler.requiredCondition(element, 'condition');
    const count = compiler.requiredCount(element, 'count', 1, MAXIMUM_COUNT);
    const waitBefore = compileWait(element, compiler);
    const steps = compiler.compileOneOrMore(element);
    const { wait } = compiler.services;

    return async (exchange) => {
      const retries = readRetries(count, exchange);
      // In on-error there is an error already.
      const { lastError } = exchange;
      for (let attempt = 0; ; attempt += 1) {
        const failure = await runOnce(exchange);
        if (exchange.ended) return;
        if (condition.readsResponseBody) await exchange.response?.body.buffer();
        if (attempt === retries || !isTrue(condition, exchange)) {
          if (failure) throw failure;
          return;
        }
        exchange.lastError = lastError;
        try {
          await wait(Math.min(waitBefore(exchange, attempt + 1), LONGEST_TIMER_IN_MS), exchange.clientGone);
        } catch (error) {
          throw explainBackendError(error, exchange.clientGone.aborted);
        }
      }
    };

    async function runOnce(exchange: Exchange): Promise<PolicyFailure | undefined> {
      try {
        await runSteps(steps, exchange);
        return undefined;
      } catch (error) {
        if (!(error instanceof PolicyFailure) || error.location?.source !== 'forward-request') throw error;
        if (exchange.clientGone.aborted) throw error;
        exchange.response?.body.discard();
        exchange.response = answerFailure(error.failure, exchange.requestId);
        exchange.lastError = error.lastError;
        return error;
      }
    }
  },
};

function readRetries(count: PolicyValue, exchange: Exchange): number {
  const retries = readCount(count, exchange);
  if (retries >= 1 && retries <= MAXIMUM_COUNT) return retries;
  throw new PolicyFailure({
    reason: 'InternalError',
    message: `The count of retries is not from 1 to ${MAXIMUM_COUNT}.`,
    status: 500,
  });
}

/** Compiles the waits: fixed, linear with a delta, or exponential with a delta and a maximum. */
function compileWait(element: PolicyElement, compiler: PolicyCompiler): Wait {
  const seconds = (attribute: string): PolicyValue | undefined =>
    compiler.count(element, attribute, 0, Infinity);
  const interval = seconds('interval');
  const maximum = seconds('max-interval');
  const delta = seconds('delta');
  const firstIsFast = compiler.condition(element, 'first-fast-retry');
  const { random } = compiler.services;
  return (exchange, number) => {
    if (number === 1 && firstIsFast && isTrue(firstIsFast, exchange)) return 0;
    const read = (value: PolicyValue | undefined): number => (value ? readCount(value, exchange) : 0);
    const linear = read(interval) + (number - 1) * read(delta);
    if (!maximum) return linear * 1000;
    const step = read(delta) * (0.8 + 0.4 * random());
    return Math.min(read(interval) + (2 ** (number - 1) - 1) * step, read(maximum)) * 1000;
  };
}
