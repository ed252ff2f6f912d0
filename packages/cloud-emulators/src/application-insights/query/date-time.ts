/** A datetime as Kusto keeps it, in ticks of 100 ns; here they count from 1970. */
export type Ticks = bigint;

const TICKS_PER_MILLISECOND = 10_000n;
const TICKS_PER_DAY = 864_000_000_000n;
/** The ticks from the beginning of the year 1, in the Gregorian calendar, to 1970. */
const TICKS_BEFORE_1970 = 719_162n * TICKS_PER_DAY;
/** The units of a timespan. */
export const TICKS_PER_UNIT: Readonly<Record<string, Ticks>> = {
  ms: TICKS_PER_MILLISECOND,
  s: 1_000n * TICKS_PER_MILLISECOND,
  m: 60_000n * TICKS_PER_MILLISECOND,
  h: 3_600_000n * TICKS_PER_MILLISECOND,
  d: TICKS_PER_DAY,
};
const DATE_TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.(\d{1,7}))?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads an ISO 8601 date, or date and time with its offset; undefined for anything else.
 * Source: https://learn.microsoft.com/kusto/query/scalar-data-types/datetime
 */
export function readDateTime(text: string): Ticks | undefined {
  const match = DATE_TIME.exec(text);
  const milliseconds = match ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  const belowMilliseconds = (match?.[1] ?? '').padEnd(7, '0').slice(3);
  return BigInt(milliseconds) * TICKS_PER_MILLISECOND + BigInt(belowMilliseconds);
}

/** Writes a datetime as answers have it: in UTC, without zeros at the end of the fraction. */
export function writeDateTime(ticks: Ticks): string {
  const belowMilliseconds = floorModulo(ticks, TICKS_PER_MILLISECOND);
  const milliseconds = Number((ticks - belowMilliseconds) / TICKS_PER_MILLISECOND);
  const [whole = '', fraction = ''] = new Date(milliseconds).toISOString().slice(0, -1).split('.');
  const digits = `${fraction}${String(belowMilliseconds).padStart(4, '0')}`.replace(/0+$/, '');
  return digits === '' ? `${whole}Z` : `${whole}.${digits}Z`;
}

/** Returns the beginning of the day in UTC. */
export function startOfDay(ticks: Ticks): Ticks {
  return binOf(ticks, TICKS_PER_DAY);
}

/**
 * Rounds down to a multiple of a size. Datetimes are counted from the year 1 as in Kusto, which makes a difference for
 * sizes that are no divisor of a day.
 * Source: https://learn.microsoft.com/kusto/query/bin-function
 */
export function binOf(ticks: Ticks, size: Ticks): Ticks {
  return ticks - floorModulo(ticks + TICKS_BEFORE_1970, size);
}

function floorModulo(value: bigint, divisor: bigint): bigint {
  return ((value % divisor) + divisor) % divisor;
}
