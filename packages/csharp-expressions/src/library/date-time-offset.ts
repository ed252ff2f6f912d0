import type { Members } from '../types.ts';
import { formatDateOffset } from '../text/format-date.ts';
import { DateTimeOffset } from '../values/date-time-offset.ts';
import { DateTime, MAXIMUM_TICKS } from '../values/date-time.ts';
import { TICKS_PER_MILLISECOND, TICKS_PER_SECOND, TimeSpan } from '../values/time-span.ts';
import { comparisonMethods, comparisons } from './comparisons.ts';
import { UNITS, now, parsing, partsOf } from './date-parts.ts';

/** System.DateTimeOffset. */
export const offsetMembers: Members = {
  'new(DateTime value)': (value: DateTime) => new DateTimeOffset(value),
  'new(DateTime value, TimeSpan offset)': (value: DateTime, offset: TimeSpan) =>
    new DateTimeOffset(value, offset),
  'new(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)': (
    ...parts: (number | TimeSpan)[]
  ) => new DateTimeOffset(DateTime.of(parts.slice(0, 6) as number[]), parts[6] as TimeSpan),
  'static DateTimeOffset Now': () => new DateTimeOffset(now()),
  'static DateTimeOffset UtcNow': () => new DateTimeOffset(now()),
  'static DateTimeOffset MinValue': () => new DateTimeOffset(new DateTime(0n)),
  'static DateTimeOffset MaxValue': () => new DateTimeOffset(new DateTime(MAXIMUM_TICKS)),
  'static DateTimeOffset FromUnixTimeSeconds(long seconds)': (seconds: bigint) =>
    DateTimeOffset.fromUnix(seconds, TICKS_PER_SECOND),
  'static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)': (milliseconds: bigint) =>
    DateTimeOffset.fromUnix(milliseconds, TICKS_PER_MILLISECOND),
  ...parsing(
    'DateTimeOffset',
    ({ ticks, offsetInMinutes }) =>
      new DateTimeOffset(new DateTime(ticks), new TimeSpan(BigInt(offsetInMinutes ?? 0) * 600_000_000n)),
  ),
  ...partsOf((self: DateTimeOffset) => self.clock),
  'DateTime Date': (self: DateTimeOffset) => self.clock.date(),
  'DateTime DateTime': (self: DateTimeOffset) => self.clock,
  'DateTime UtcDateTime': (self: DateTimeOffset) => self.utc(),
  'DateTime LocalDateTime': (self: DateTimeOffset) => self.utc().withKind('Local'),
  'TimeSpan Offset': (self: DateTimeOffset) => self.offset,
  'long ToUnixTimeSeconds()': (self: DateTimeOffset) => self.unixSeconds(),
  'long ToUnixTimeMilliseconds()': (self: DateTimeOffset) => self.unixMilliseconds(),
  'DateTimeOffset ToUniversalTime()': (self: DateTimeOffset) => self.toOffset(new TimeSpan(0n)),
  'DateTimeOffset ToOffset(TimeSpan offset)': (self: DateTimeOffset, offset: TimeSpan) =>
    self.toOffset(offset),
  ...Object.fromEntries(
    Object.entries(UNITS).map(([unit, ticks]) => [
      `DateTimeOffset Add${unit}(double value)`,
      (self: DateTimeOffset, value: number) =>
        new DateTimeOffset(self.clock.addUnits(value, ticks), self.offset),
    ]),
  ),
  'DateTimeOffset AddMonths(int months)': (self: DateTimeOffset, months: number) =>
    new DateTimeOffset(self.clock.addMonths(months), self.offset),
  'string ToString(string? format)': (self: DateTimeOffset, format: string | null) =>
    formatDateOffset(self, format ?? ''),
  'implicit DateTimeOffset(DateTime value)': (value: DateTime) => new DateTimeOffset(value),
  'operator TimeSpan -(DateTimeOffset left, DateTimeOffset right)': (
    left: DateTimeOffset,
    right: DateTimeOffset,
  ) => new TimeSpan(left.utc().ticks - right.utc().ticks),
  'operator DateTimeOffset +(DateTimeOffset left, TimeSpan right)': (left: DateTimeOffset, right: TimeSpan) =>
    new DateTimeOffset(left.clock.add(right.ticks), left.offset),
  'operator DateTimeOffset -(DateTimeOffset left, TimeSpan right)': (left: DateTimeOffset, right: TimeSpan) =>
    new DateTimeOffset(left.clock.add(-right.ticks), left.offset),
  ...comparisons('DateTimeOffset'),
  ...comparisonMethods('DateTimeOffset'),
};
