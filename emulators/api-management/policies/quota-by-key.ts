import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { QuotaPeriod } from '../engine/call-counters.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyDefinition } from './policy.ts';
import { isTrue, readCount } from './rate-limit-by-key.ts';

const LITERAL = { literal: true } as const;
const MINIMUM_PERIOD_IN_SECONDS = 300;

/** A fixed window of calls. https://learn.microsoft.com/azure/api-management/quota-by-key-policy */
export const quotaByKey: PolicyDefinition = {
  name: 'quota-by-key',
  sections: ['inbound'],
  attributes: {
    calls: { required: true, literal: true },
    'renewal-period': { required: true, literal: true },
    'counter-key': { required: true },
    'increment-condition': {},
    'increment-count': {},
    'first-period-start': LITERAL,
  },
  compile: (element, compiler) => {
    const calls = compiler.wholeNumber(element, 'calls', 1, Infinity) ?? 0;
    const key = compiler.requiredValue(element, 'counter-key');
    const condition = compiler.value(element, 'increment-condition');
    const count = compiler.value(element, 'increment-count');
    const countsLater = condition !== undefined || (count !== undefined && count.literal === undefined);
    const periodAt = compilePeriod(element, compiler);
    const { counters, now } = compiler.services;

    return (exchange) => {
      const counter = key.text(exchange);
      const time = now();
      const period = periodAt(time);
      // The documentation: several policies that would increment the same key increment it once per request.
      const before = counters.quotaCalls(counter, period) - (exchange.countedQuotas.get(counter) ?? 0);
      if (before >= calls) throw exceeded(period, time);
      const increment = (): void => {
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

function exceeded(period: QuotaPeriod, now: number): PolicyFailure {
  if (!Number.isFinite(period.endsAt))
    return new PolicyFailure({ reason: 'QuotaExceeded', message: 'Out of call volume quota.', status: 403 });
  const seconds = Math.max(1, Math.ceil((period.endsAt - now) / 1000));
  return new PolicyFailure({
    reason: 'QuotaExceeded',
    message: `Out of call volume quota. Quota will be replenished in ${formatTimeSpan(seconds)}.`,
    status: 403,
    headers: { 'Retry-After': String(seconds) },
  });
}

function compilePeriod(element: PolicyElement, compiler: PolicyCompiler): (now: number) => QuotaPeriod {
  const seconds = compiler.wholeNumber(element, 'renewal-period', 0, Infinity) ?? 0;
  if (seconds === 0) return () => ({ startsAt: 0, endsAt: Infinity });
  if (seconds < MINIMUM_PERIOD_IN_SECONDS)
    throw new PolicyDocumentError(
      element.position,
      element.name,
      '"renewal-period" is 0, or at least 300 seconds.',
    );
  const first = Date.parse(compiler.literal(element, 'first-period-start') ?? '0001-01-01T00:00:00Z');
  if (Number.isNaN(first))
    throw new PolicyDocumentError(
      element.position,
      element.name,
      '"first-period-start" is yyyy-MM-ddTHH:mm:ssZ.',
    );
  const length = seconds * 1000;
  return (now) => {
    const startsAt = first + Math.floor((now - first) / length) * length;
    return { startsAt, endsAt: startsAt + length };
  };
}

/** `d.hh:mm:ss` as .NET writes a TimeSpan, without the days when there are none. */
function formatTimeSpan(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const time = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}.${time}` : time;
}
