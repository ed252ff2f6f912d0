import type { QuotaPeriod } from './call-counters.ts';

/** The periods that a token quota can have. */
export const TOKEN_QUOTA_PERIODS = ['Hourly', 'Daily', 'Weekly', 'Monthly', 'Yearly'] as const;
/** A period that a token quota can have. */
export type TokenQuotaPeriod = (typeof TOKEN_QUOTA_PERIODS)[number];

const HOUR_IN_MS = 3_600_000;
const DAY_IN_MS = 24 * HOUR_IN_MS;
/** The first Monday of 1970, which began on a Thursday; weeks begin on Mondays. */
const FIRST_MONDAY = 4 * DAY_IN_MS;

/** Returns the period that a time is in: "the UTC timestamp truncated to the unit". */
export function tokenQuotaPeriod(period: TokenQuotaPeriod, now: number): QuotaPeriod {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (period) {
    case 'Hourly':
      return fixed(now, 0, HOUR_IN_MS);
    case 'Daily':
      return fixed(now, 0, DAY_IN_MS);
    case 'Weekly':
      return fixed(now, FIRST_MONDAY, 7 * DAY_IN_MS);
    case 'Monthly':
      return { startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) };
    case 'Yearly':
      return { startsAt: Date.UTC(year, 0), endsAt: Date.UTC(year + 1, 0) };
  }
}

function fixed(now: number, first: number, length: number): QuotaPeriod {
  const startsAt = first + Math.floor((now - first) / length) * length;
  return { startsAt, endsAt: startsAt + length };
}
