import { raise } from '../evaluation-error.ts';
import { formatDate, formatDateOffset, formatTimeSpan } from '../text/format-date.ts';
import { readDate, toDateTime, type WrittenDate } from '../text/parse-date.ts';
import type { Out } from '../invoke.ts';
import type { Implementation } from '../signature.ts';
import type { TypeDeclaration } from '../types.ts';
import { DateTime, type DateTimeKind, daysIn, MAXIMUM_TICKS } from '../values/date-time.ts';
import { DateTimeOffset } from '../values/date-time-offset.ts';
import { TICKS_PER_DAY, TICKS_PER_MILLISECOND, TICKS_PER_SECOND, TimeSpan } from '../values/time-span.ts';

const UNITS: Readonly<Record<string, bigint>> = {
  Days: TICKS_PER_DAY,
  Hours: 36_000_000_000n,
  Minutes: 600_000_000n,
  Seconds: TICKS_PER_SECOND,
  Milliseconds: TICKS_PER_MILLISECOND,
};
const KINDS: readonly DateTimeKind[] = ['Unspecified', 'Utc', 'Local'];

const now = (): DateTime => DateTime.fromDate(new Date());

interface Comparable {
  readonly compareTo: (other: Comparable) => number;
}

function comparisons(type: string): Record<string, Implementation> {
  const tests: Readonly<Record<string, (order: number) => boolean>> = {
    '<': (order) => order < 0,
    '>': (order) => order > 0,
    '<=': (order) => order <= 0,
    '>=': (order) => order >= 0,
    '==': (order) => order === 0,
    '!=': (order) => order !== 0,
  };
  const operators = Object.entries(tests).map(([operator, test]) => [
    `operator bool ${operator}(${type} left, ${type} right)`,
    (left: Comparable, right: Comparable) => test(left.compareTo(right)),
  ]);
  return Object.fromEntries(operators) as Record<string, Implementation>;
}

function comparisonMethods(type: string): Record<string, Implementation> {
  return {
    [`bool Equals(${type} other)`]: (self: Comparable, other: Comparable) => self.compareTo(other) === 0,
    [`int CompareTo(${type} other)`]: (self: Comparable, other: Comparable) => self.compareTo(other),
    [`static int Compare(${type} left, ${type} right)`]: (left: Comparable, right: Comparable) =>
      left.compareTo(right),
  };
}

function readOrRaise(text: string): WrittenDate {
  return (
    readDate(text) ?? raise('FormatException', `String '${text}' was not recognized as a valid DateTime.`)
  );
}

function parsing(type: string, make: (written: WrittenDate) => unknown): Record<string, Implementation> {
  return {
    [`static ${type} Parse(string text)`]: (text: string) => make(readOrRaise(text)),
    [`static bool TryParse(string? text, out ${type} result)`]: (text: string | null, out: Out) => {
      const written = text === null ? null : readDate(text);
      out.value = make(written ?? { ticks: 0n, offsetInMinutes: null, utc: false });
      return written !== null;
    },
  };
}

/** The parts of a date, read off a DateTime or the clock of a DateTimeOffset. */
function partsOf(clock: (self: never) => DateTime): Record<string, Implementation> {
  const dayOfYear = (date: DateTime): number =>
    Number((date.ticks - DateTime.of([date.parts().year, 1, 1]).ticks) / TICKS_PER_DAY) + 1;
  return {
    'int Year': (self: never) => clock(self).parts().year,
    'int Month': (self: never) => clock(self).parts().month,
    'int Day': (self: never) => clock(self).parts().day,
    'int Hour': (self: never) => clock(self).parts().hour,
    'int Minute': (self: never) => clock(self).parts().minute,
    'int Second': (self: never) => clock(self).parts().second,
    'int Millisecond': (self: never) => Math.trunc(clock(self).parts().fraction / 10_000),
    'DayOfWeek DayOfWeek': (self: never) => clock(self).parts().weekday,
    'int DayOfYear': (self: never) => dayOfYear(clock(self)),
    'long Ticks': (self: never) => clock(self).ticks,
    'TimeSpan TimeOfDay': (self: never) => new TimeSpan(clock(self).ticks % TICKS_PER_DAY),
  };
}

const dateMembers: Readonly<Record<string, Implementation>> = {
  'new(long ticks)': (ticks: bigint) => new DateTime(ticks),
  'new(long ticks, DateTimeKind kind)': (ticks: bigint, kind: number) => new DateTime(ticks, KINDS[kind]),
  'new(int year, int month, int day)': (...parts: number[]) => DateTime.of(parts),
  'new(int year, int month, int day, int hour, int minute, int second)': (...parts: number[]) =>
    DateTime.of(parts),
  'new(int year, int month, int day, int hour, int minute, int second, int millisecond)': (
    ...parts: number[]
  ) => DateTime.of(parts),
  'new(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)': (
    ...parts: number[]
  ) => DateTime.of(parts.slice(0, 6), KINDS[parts[6] ?? 0]),
  'static DateTime Now': () => now().withKind('Local'),
  'static DateTime UtcNow': now,
  'static DateTime Today': () => now().date().withKind('Local'),
  'static DateTime MinValue': () => new DateTime(0n),
  'static DateTime MaxValue': () => new DateTime(MAXIMUM_TICKS),
  'static bool IsLeapYear(int year)': (year: number) => daysIn(year, 2) === 29,
  'static int DaysInMonth(int year, int month)': daysIn,
  'static DateTime Parse(string text)': (text: string) => toDateTime(readOrRaise(text)),
  ...partsOf((self: DateTime) => self),
  'DateTime Date': (self: DateTime) => self.date(),
  'DateTime Add(TimeSpan value)': (self: DateTime, { ticks }: TimeSpan) => self.add(ticks),
  'DateTime AddTicks(long ticks)': (self: DateTime, ticks: bigint) => self.add(ticks),
  ...Object.fromEntries(
    Object.entries(UNITS).map(([unit, ticks]) => [
      `DateTime Add${unit}(double value)`,
      (self: DateTime, value: number) => self.addUnits(value, ticks),
    ]),
  ),
  'DateTime AddMonths(int months)': (self: DateTime, months: number) => self.addMonths(months),
  'DateTime AddYears(int years)': (self: DateTime, years: number) => self.addMonths(years * 12),
  'TimeSpan Subtract(DateTime other)': (self: DateTime, other: DateTime) =>
    new TimeSpan(self.ticks - other.ticks),
  'DateTime Subtract(TimeSpan value)': (self: DateTime, { ticks }: TimeSpan) => self.add(-ticks),
  'bool IsDaylightSavingTime()': () => false,
  'string ToString(string? format)': (self: DateTime, format: string | null) =>
    formatDate(self, format ?? ''),
  'operator TimeSpan -(DateTime left, DateTime right)': (left: DateTime, right: DateTime) =>
    new TimeSpan(left.ticks - right.ticks),
  'operator DateTime -(DateTime left, TimeSpan right)': (left: DateTime, right: TimeSpan) =>
    left.add(-right.ticks),
  'operator DateTime +(DateTime left, TimeSpan right)': (left: DateTime, right: TimeSpan) =>
    left.add(right.ticks),
  ...comparisons('DateTime'),
};

const offsetMembers: Readonly<Record<string, Implementation>> = {
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

const spanMembers: Readonly<Record<string, Implementation>> = {
  'new(long ticks)': (ticks: bigint) => new TimeSpan(ticks),
  'new(int hours, int minutes, int seconds)': (hours: number, minutes: number, seconds: number) =>
    TimeSpan.of(0, hours, minutes, seconds),
  'new(int days, int hours, int minutes, int seconds)': (
    days: number,
    hours: number,
    minutes: number,
    seconds: number,
  ) => TimeSpan.of(days, hours, minutes, seconds),
  'new(int days, int hours, int minutes, int seconds, int milliseconds)': (...parts: number[]) =>
    TimeSpan.of(parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 0, parts[4] ?? 0),
  'static TimeSpan Zero': () => new TimeSpan(0n),
  'static TimeSpan MaxValue': () => new TimeSpan(2n ** 63n - 1n),
  'static TimeSpan MinValue': () => new TimeSpan(-(2n ** 63n)),
  'static TimeSpan FromTicks(long ticks)': (ticks: bigint) => new TimeSpan(ticks),
  ...Object.fromEntries(
    Object.entries(UNITS).map(([unit, ticks]) => [
      `static TimeSpan From${unit}(double value)`,
      (value: number) => TimeSpan.from(value, ticks),
    ]),
  ),
  'static TimeSpan Parse(string text)': (text: string) =>
    TimeSpan.parse(text) ??
    raise('FormatException', `String '${text}' was not recognized as a valid TimeSpan.`),
  'static bool TryParse(string? text, out TimeSpan result)': (text: string | null, out: Out) => {
    const value = text === null ? null : TimeSpan.parse(text);
    out.value = value ?? new TimeSpan(0n);
    return value !== null;
  },
  'long Ticks': (self: TimeSpan) => self.ticks,
  'int Days': (self: TimeSpan) => Number(self.ticks / TICKS_PER_DAY),
  'int Hours': (self: TimeSpan) => self.part(36_000_000_000n, 24n),
  'int Minutes': (self: TimeSpan) => self.part(600_000_000n, 60n),
  'int Seconds': (self: TimeSpan) => self.part(TICKS_PER_SECOND, 60n),
  'int Milliseconds': (self: TimeSpan) => self.part(TICKS_PER_MILLISECOND, 1000n),
  ...Object.fromEntries(
    Object.entries(UNITS).map(([unit, ticks]) => [
      `double Total${unit}`,
      (self: TimeSpan) => self.total(ticks),
    ]),
  ),
  'TimeSpan Add(TimeSpan other)': (self: TimeSpan, other: TimeSpan) => new TimeSpan(self.ticks + other.ticks),
  'TimeSpan Subtract(TimeSpan other)': (self: TimeSpan, other: TimeSpan) =>
    new TimeSpan(self.ticks - other.ticks),
  'TimeSpan Negate()': (self: TimeSpan) => new TimeSpan(-self.ticks),
  'TimeSpan Duration()': (self: TimeSpan) => new TimeSpan(self.ticks < 0n ? -self.ticks : self.ticks),
  'string ToString(string? format)': (self: TimeSpan, format: string | null) =>
    formatTimeSpan(self, format ?? ''),
  'operator TimeSpan +(TimeSpan left, TimeSpan right)': (left: TimeSpan, right: TimeSpan) =>
    new TimeSpan(left.ticks + right.ticks),
  'operator TimeSpan -(TimeSpan left, TimeSpan right)': (left: TimeSpan, right: TimeSpan) =>
    new TimeSpan(left.ticks - right.ticks),
  'operator TimeSpan *(TimeSpan left, double right)': (left: TimeSpan, right: number) =>
    new TimeSpan(BigInt(Math.round(Number(left.ticks) * right))),
  'operator TimeSpan /(TimeSpan left, double right)': (left: TimeSpan, right: number) =>
    new TimeSpan(BigInt(Math.round(Number(left.ticks) / right))),
  'operator double /(TimeSpan left, TimeSpan right)': (left: TimeSpan, right: TimeSpan) =>
    Number(left.ticks) / Number(right.ticks),
  ...comparisons('TimeSpan'),
  ...comparisonMethods('TimeSpan'),
};

/** System.DateTime, DateTimeOffset and TimeSpan. The local time zone is UTC. */
export const DATE_TYPES: readonly TypeDeclaration[] = [
  // Microsoft lists only this value.
  { name: 'DateTimeKind', namespace: 'System', kind: 'enum', values: { Utc: 1 } },
  {
    name: 'DayOfWeek',
    namespace: 'System',
    kind: 'enum',
    unlisted: true,
    values: { Sunday: 0, Monday: 1, Tuesday: 2, Wednesday: 3, Thursday: 4, Friday: 5, Saturday: 6 },
  },
  {
    name: 'DateTime',
    namespace: 'System',
    kind: 'struct',
    interfaces: ['IComparable'],
    members: dateMembers,
  },
  {
    name: 'DateTimeOffset',
    namespace: 'System',
    kind: 'struct',
    interfaces: ['IComparable'],
    members: offsetMembers,
  },
  {
    name: 'TimeSpan',
    namespace: 'System',
    kind: 'struct',
    interfaces: ['IComparable'],
    members: spanMembers,
  },
];
