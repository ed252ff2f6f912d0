import type { PolicyElement } from '../documents/policy-element.ts';
import type { QuotaPeriod } from '../engine/call-counters.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import type { PolicyDefinition } from './policy.ts';
import { FIRST_INSTANT, periodAt, quotaExceeded, readVolume } from './quota-periods.ts';
import { isTrue, readCount } from './rate-limit-by-key.ts';

const LITERAL = { literal: true } as const;
const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MINIMUM_PERIOD_IN_SECONDS = 300;

/**
 * A fixed window of calls and bytes. Its page names the v2 gateway and leaves the v2 tiers out; "the quota by key policy
 * isn't available in the v2 tiers", says the comparison of the gateways, and the reference of policies agrees.
 * Sources: https://learn.microsoft.com/azure/api-management/quota-by-key-policy,
 * https://learn.microsoft.com/azure/api-management/api-management-gateways-overview#policies
 */
export const quotaByKey: PolicyDefinition = {
  name: 'quota-by-key',
  sections: ['inbound'],
  tiers: ['classic'],
  attributes: {
    calls: LITERAL,
    bandwidth: LITERAL,
    'renewal-period': { required: true, literal: true },
    'counter-key': { required: true },
    'increment-condition': {},
    'increment-count': {},
    'first-period-start': LITERAL,
  },
  compile: (element, compiler) => {
    const { calls, bytes } = readVolume(element, compiler);
    const key = compiler.requiredValue(element, 'counter-key');
    const condition = compiler.condition(element, 'increment-condition');
    const count = compiler.count(element, 'increment-count', 0, Infinity);
    const countsLater = condition !== undefined || (count !== undefined && count.literal === undefined);
    const currentPeriod = compilePeriod(element, compiler);
    const { counters, now } = compiler.services;

    return (exchange) => {
      const keyText = key.text(exchange);
      const counter = `by-key ${keyText}`;
      const byteCounter = `by-key-bytes ${keyText}`;
      const time = now();
      const period = currentPeriod(time);
      // The documentation: several policies that would increment the same key increment it once per request.
      const before = counters.quotaCalls(counter, period) - (exchange.countedQuotas.get(counter) ?? 0);
      if (before >= calls) throw quotaExceeded('call volume', period, time);
      if (counters.quotaCalls(byteCounter, period) >= bytes) throw quotaExceeded('bandwidth', period, time);
      const countBytes = (): void => {
        if (!Number.isFinite(bytes) || exchange.countedQuotas.has(byteCounter)) return;
        exchange.countedQuotas.set(byteCounter, 0);
        exchange.afterResponse.push((sent) => counters.addQuotaCalls(byteCounter, period, sent));
      };
      const increment = (): void => {
        countBytes();
        if (exchange.countedQuotas.has(counter)) return;
        const by = count ? readCount(count, exchange) : 1;
        exchange.countedQuotas.set(counter, by);
        counters.addQuotaCalls(counter, period, by);
      };
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

function compilePeriod(element: PolicyElement, compiler: PolicyCompiler): (now: number) => QuotaPeriod {
  const seconds = compiler.wholeNumber(element, 'renewal-period', 0, Infinity) ?? 0;
  if (seconds !== 0 && seconds < MINIMUM_PERIOD_IN_SECONDS)
    compiler.refuse(element, 'renewal-period', 'is 0, or at least 300 seconds.');
  const start = compiler.literal(element, 'first-period-start');
  const first = start === undefined ? FIRST_INSTANT : Date.parse(start);
  if (Number.isNaN(first) || (start !== undefined && !UTC_TIME.test(start)))
    compiler.refuse(element, 'first-period-start', 'is yyyy-MM-ddTHH:mm:ssZ.');
  return (now) => periodAt(now, first, seconds);
}
