import { compileCallLimitFacts, CALL_LIMIT_FACT_RULES } from './call-limit-facts.ts';
import { compileLimitTargets, counterOf, limitRule } from './limit-targets.ts';
import type { PolicyDefinition } from './policy.ts';

const NUMBERS = {
  calls: { required: true, literal: true },
  'renewal-period': { required: true, literal: true },
} as const;
const MAXIMUM_PERIOD_IN_SECONDS = 300;

/**
 * A sliding window, on the v2 tiers a token bucket, of the calls of each APIM subscription; "only applied when an API is accessed using a subscription
 * key". A call that one of the limits refuses counts for none.
 * Source: https://learn.microsoft.com/azure/api-management/rate-limit-policy
 */
export const rateLimit: PolicyDefinition = {
  name: 'rate-limit',
  sections: ['inbound'],
  scopes: ['product', 'api', 'operation'],
  once: true,
  ...limitRule({ ...NUMBERS, ...CALL_LIMIT_FACT_RULES }, NUMBERS),
  compile: (element, compiler) => {
    const facts = compileCallLimitFacts(element, compiler);
    const targets = compileLimitTargets(element, compiler, (limited) => ({
      calls: compiler.wholeNumber(limited, 'calls', 1, Infinity) ?? 0,
      periodInMs: (compiler.wholeNumber(limited, 'renewal-period', 1, MAXIMUM_PERIOD_IN_SECONDS) ?? 0) * 1000,
    }));
    const { place } = compiler;
    const { counters, now } = compiler.services;

    return (exchange) => {
      const { subscription } = exchange;
      if (!subscription) return undefined;
      const time = now();
      const counter = counterOf(place, element.name, exchange, subscription.id);
      const windows = targets
        .filter(({ applies }) => applies(exchange))
        .map(({ limit, name }) => {
          const window = counters.rate(counter + name);
          return { ...limit, window, used: window.count(limit.periodInMs, time, limit.calls) };
        });
      const waits = windows
        .filter(({ used, calls }) => used >= calls)
        .map(({ window, periodInMs, calls }) => window.nextRelease(periodInMs, time, calls) - time);
      const [own] = windows;
      if (own)
        facts.report(exchange, Math.max(0, own.calls - own.used - (waits.length > 0 ? 0 : 1)), own.calls);
      if (waits.length > 0) throw facts.exceeded(exchange, Math.max(1, Math.ceil(Math.max(...waits) / 1000)));
      for (const { window } of windows) window.add(1, time);
      return undefined;
    };
  },
};
