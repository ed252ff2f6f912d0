import type { PolicyElement } from '../documents/policy-element.ts';
import type { QuotaPeriod } from '../engine/call-counters.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { compileLimitTargets, counterOf, limitRule } from './limit-targets.ts';
import type { PolicyDefinition } from './policy.ts';
import { FIRST_INSTANT, periodAt, quotaExceeded, readVolume } from './quota-periods.ts';
import type { QuotaVolume } from './quota-periods.ts';

const VOLUMES = { calls: { literal: true }, bandwidth: { literal: true } } as const;
const PERIOD = { literal: true } as const;

interface Quota extends QuotaVolume {
  readonly periodInSeconds: number;
}

/**
 * A fixed window of the calls and the bytes, in both directions, of each APIM subscription; its periods start with the
 * subscription. "Only applied when an API is accessed using a subscription key."
 * Source: https://learn.microsoft.com/azure/api-management/quota-policy
 */
export const quota: PolicyDefinition = {
  name: 'quota',
  sections: ['inbound'],
  scopes: ['product'],
  once: true,
  ...limitRule(
    { ...VOLUMES, 'renewal-period': { ...PERIOD, required: true } },
    { ...VOLUMES, 'renewal-period': PERIOD },
  ),
  compile: (element, compiler) => {
    const targets = compileLimitTargets(element, compiler, (limited) =>
      readQuota(limited, element, compiler),
    );
    const { place } = compiler;
    const { counters, now } = compiler.services;

    return (exchange) => {
      const { subscription } = exchange;
      if (!subscription) return undefined;
      const time = now();
      const first = subscription.startDate?.getTime() ?? FIRST_INSTANT;
      const counter = counterOf(place, element.name, exchange, subscription.id);
      const quotas = targets
        .filter(({ applies }) => applies(exchange))
        .map(({ limit, name }) => ({
          ...limit,
          callCounter: `${counter}${name} calls`,
          byteCounter: `${counter}${name} bytes`,
          period: periodAt(time, first, limit.periodInSeconds),
        }));
      const used = (name: string, period: QuotaPeriod): number => counters.quotaCalls(name, period);
      for (const { calls, bytes, period, callCounter, byteCounter } of quotas) {
        if (used(callCounter, period) >= calls) throw quotaExceeded('call volume', period, time);
        if (used(byteCounter, period) >= bytes) throw quotaExceeded('bandwidth', period, time);
      }
      for (const { bytes, period, callCounter, byteCounter } of quotas) {
        counters.addQuotaCalls(callCounter, period, 1);
        if (Number.isFinite(bytes))
          exchange.afterResponse.push((sent) => counters.addQuotaCalls(byteCounter, period, sent));
      }
      return undefined;
    };
  },
};

/** A nested quota without a period of its own has that of the policy. */
function readQuota(element: PolicyElement, policy: PolicyElement, compiler: PolicyCompiler): Quota {
  const own = element.attributes.has('renewal-period') ? element : policy;
  return {
    ...readVolume(element, compiler),
    periodInSeconds: compiler.wholeNumber(own, 'renewal-period', 0, Infinity) ?? 0,
  };
}
