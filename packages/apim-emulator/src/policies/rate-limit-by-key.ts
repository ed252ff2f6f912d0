import type { Exchange } from '../engine/exchange.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { compileCallLimitFacts, CALL_LIMIT_FACT_RULES } from './call-limit-facts.ts';
import type { PolicyDefinition } from './policy.ts';

const MAXIMUM_PERIOD_IN_SECONDS = 300;

/** A sliding window, on the v2 tiers a token bucket. https://learn.microsoft.com/azure/api-management/rate-limit-by-key-policy */
export const rateLimitByKey: PolicyDefinition = {
  name: 'rate-limit-by-key',
  sections: ['inbound'],
  attributes: {
    calls: { required: true },
    'renewal-period': { required: true },
    'counter-key': { required: true },
    'increment-condition': {},
    'increment-count': {},
    ...CALL_LIMIT_FACT_RULES,
  },
  compile: (element, compiler) => {
    const calls = compiler.requiredCount(element, 'calls', 1, Infinity);
    const period = compiler.requiredCount(element, 'renewal-period', 1, MAXIMUM_PERIOD_IN_SECONDS);
    const key = compiler.requiredValue(element, 'counter-key');
    const condition = compiler.condition(element, 'increment-condition');
    const count = compiler.count(element, 'increment-count', 0, Infinity);
    const facts = compileCallLimitFacts(element, compiler);
    const { counters, now } = compiler.services;

    return (exchange) => {
      const limit = readCount(calls, exchange);
      const periodInMs = Math.min(readCount(period, exchange), MAXIMUM_PERIOD_IN_SECONDS) * 1000;
      const counter = counters.rate(`by-key ${key.text(exchange)}`);
      const time = now();
      const used = counter.count(periodInMs, time, limit);
      const increment = (): void => counter.add(count ? readCount(count, exchange) : 1, now());
      const countsLater = condition !== undefined || (count !== undefined && count.literal === undefined);

      const exceeded = used >= limit;
      const remaining = Math.max(0, limit - used - (exceeded || countsLater ? 0 : 1));
      facts.report(exchange, remaining, limit);
      if (exceeded) {
        const seconds = Math.max(1, Math.ceil((counter.nextRelease(periodInMs, time, limit) - time) / 1000));
        throw facts.exceeded(exchange, seconds);
      }
      if (!countsLater) increment();
      else {
        exchange.afterOutbound.push(() => {
          if (!condition || isTrue(condition, exchange)) increment();
        });
      }
      return undefined;
    };
  },
};

/** Returns whether a condition, literal or expression, holds. */
export function isTrue(condition: PolicyValue, exchange: Exchange): boolean {
  return String(condition.evaluate(exchange)).toLowerCase() === 'true';
}

/** Reads a whole number that is not negative, literal or expression. @throws {PolicyFailure} for anything else. */
export function readCount(value: PolicyValue, exchange: Exchange): number {
  const number = Number(value.text(exchange));
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new PolicyFailure({
    reason: 'InternalError',
    message: 'A limit is not a whole number.',
    status: 500,
  });
}
