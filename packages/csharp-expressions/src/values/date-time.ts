import { raise } from '../evaluation-error.ts';
import { TICKS_PER_DAY, TICKS_PER_MILLISECOND, TICKS_PER_SECOND, TimeSpan } from './time-span.ts';

/** The time zone that a DateTime is taken to be in. */
export type DateTimeKind = 'Unspecified' | 'Utc' | 'Local';

/** Ticks of 1970-01-01. */
export const EPOCH_TICKS = 621_355_968_000_000_000n;
/** The ticks of the latest `DateTime`. */
export const MAXIMUM_TICKS = 3_155_378_975_999_999_999n;

/** The calendar's parts of an instant. */
export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 100 ns ticks within the second. */
  readonly fraction: number;
  readonly weekday: number;
}

/** System.DateTime: 100 ns ticks since the year 1. The local time zone is UTC, as in the gateway. */
export class DateTime {
  readonly type = 'DateTime';
  readonly ticks: bigint;
  readonly kind: DateTimeKind;

  constructor(ticks: bigint, kind: DateTimeKind = 'Unspecified') {
    if (ticks < 0n || ticks > MAXIMUM_TICKS) {
      raise(
        'ArgumentOutOfRangeException',
        'The added or subtracted value results in an un-representable DateTime.',
      );
    }
    this.ticks = ticks;
    this.kind = kind;
  }

  static fromDate(date: Date): DateTime {
    return new DateTime(EPOCH_TICKS + BigInt(date.getTime()) * TICKS_PER_MILLISECOND, 'Utc');
  }

  static of(
    [year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0]: readonly number[],
    kind: DateTimeKind = 'Unspecified',
  ): DateTime {
    const ticks = ticksOf(year ?? 0, month ?? 0, day ?? 0, hour, minute, second);
    if (ticks === null || millisecond < 0 || millisecond > 999) {
      raise(
        'ArgumentOutOfRangeException',
        'Year, Month, and Day parameters describe an un-representable DateTime.',
      );
    }
    return new DateTime(ticks + BigInt(millisecond) * TICKS_PER_MILLISECOND, kind);
  }

  parts(): DateParts {
    return partsOf(this.ticks);
  }

  add(ticks: bigint): DateTime {
    return new DateTime(this.ticks + ticks, this.kind);
  }

  /** Adds an amount of units; since .NET 7 fractions count to the tick. */
  addUnits(amount: number, ticksPerUnit: bigint): DateTime {
    return this.add(TimeSpan.from(amount, ticksPerUnit).ticks);
  }

  /** Moves to the same day of another month, or to its last day. */
  addMonths(months: number): DateTime {
    const { year, month, day } = this.parts();
    const index = year * 12 + month - 1 + months;
    const [toYear, toMonth] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
    if (toYear < 1 || toYear > 9999) {
      raise(
        'ArgumentOutOfRangeException',
        'The added or subtracted value results in an un-representable DateTime.',
      );
    }
    const date = ticksOf(toYear, toMonth, Math.min(day, daysIn(toYear, toMonth)), 0, 0, 0) ?? 0n;
    return new DateTime(date + (this.ticks % TICKS_PER_DAY), this.kind);
  }

  date(): DateTime {
    return new DateTime(this.ticks - (this.ticks % TICKS_PER_DAY), this.kind);
  }

  withKind(kind: DateTimeKind): DateTime {
    return new DateTime(this.ticks, kind);
  }

  compareTo(other: DateTime): number {
    return this.ticks < other.ticks ? -1 : this.ticks > other.ticks ? 1 : 0;
  }

  equals(other: unknown): boolean {
    return other instanceof DateTime && other.ticks === this.ticks;
  }

  keyOf(): string {
    return `DateTime ${this.ticks.toString()}`;
  }
}

/** Ticks of a date and time, or null where there is no such one. */
export function ticksOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): bigint | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const seconds = BigInt(date.getTime() / 1000 + hour * 3600 + minute * 60 + second);
  return EPOCH_TICKS + seconds * TICKS_PER_SECOND;
}

function partsOf(ticks: bigint): DateParts {
  const date = new Date(Number((ticks - (ticks % TICKS_PER_SECOND) - EPOCH_TICKS) / TICKS_PER_MILLISECOND));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    fraction: Number(ticks % TICKS_PER_SECOND),
    weekday: date.getUTCDay(),
  };
}

/** Returns the days of a month. */
export function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
