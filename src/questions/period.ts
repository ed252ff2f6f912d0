import { invalidQuery } from '../errors/invalid-query.ts';
import type { Period } from '@vertex-ai-gateway/audit-ledger/reading';
import type { AskedPeriod } from './question.ts';

const DAY_IN_MS = 86_400_000;
const MAXIMUM_DAYS = 31;
const VERIFIED_DAYS = 30;

/**
 * Returns the period that a question is about. Without an end it lasts to the end of the current day in UTC; without a
 * beginning it begins with its last day.
 * @throws GatewayError INVALID_REQUEST for a period that is empty or longer than 31 days.
 */
export function resolvePeriod(asked: AskedPeriod, now: Date): Period {
  const to = asked.to ?? startOfDay(now.getTime() + DAY_IN_MS);
  const from = asked.from ?? startOfDay(to.getTime() - 1);
  refuseEmpty({ from, to });
  if (to.getTime() - from.getTime() > MAXIMUM_DAYS * DAY_IN_MS)
    throw invalidQuery([
      { field: 'from', description: `the period may be ${MAXIMUM_DAYS} days long at most` },
    ]);
  return { from, to };
}

/**
 * Returns the period that is verified. Without an end it lasts until now; without a beginning it has 30 days.
 * @throws GatewayError INVALID_REQUEST for a period that is empty.
 */
export function resolveVerifiedPeriod(asked: AskedPeriod, now: Date): Period {
  const to = asked.to ?? now;
  const from = asked.from ?? new Date(to.getTime() - VERIFIED_DAYS * DAY_IN_MS);
  refuseEmpty({ from, to });
  return { from, to };
}

function refuseEmpty({ from, to }: Period): void {
  if (from >= to) throw invalidQuery([{ field: 'from', description: 'must be before to' }]);
}

function startOfDay(time: number): Date {
  return new Date(Math.floor(time / DAY_IN_MS) * DAY_IN_MS);
}
