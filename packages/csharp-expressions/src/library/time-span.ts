import type { Members } from '../types.ts';
import { raise } from '../evaluation-error.ts';
import type { Out } from '../invoke.ts';
import { formatTimeSpan } from '../text/format-date.ts';
import { TICKS_PER_DAY, TICKS_PER_MILLISECOND, TICKS_PER_SECOND, TimeSpan } from '../values/time-span.ts';
import { comparisonMethods, comparisons } from './comparisons.ts';
import { UNITS } from './date-parts.ts';

/** System.TimeSpan. */
export const spanMembers: Members = {
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
