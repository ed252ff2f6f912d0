import { formatDate } from '../text/format-date.ts';
import { toDateTime } from '../text/parse-date.ts';
import type { TypeDeclaration, Members } from '../types.ts';
import { DateTime, type DateTimeKind, MAXIMUM_TICKS, daysIn } from '../values/date-time.ts';
import { TimeSpan } from '../values/time-span.ts';
import { comparisons } from './comparisons.ts';
import { UNITS, now, partsOf, readOrRaise } from './date-parts.ts';
import { offsetMembers } from './date-time-offset.ts';
import { spanMembers } from './time-span.ts';

const KINDS: readonly DateTimeKind[] = ['Unspecified', 'Utc', 'Local'];

const dateMembers: Members = {
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
