import { raise } from '../evaluation-error.ts';

/** Ticks are 100 ns. */
export const TICKS_PER_MILLISECOND = 10_000n;
/** The number of ticks in a second. */
export const TICKS_PER_SECOND = 10_000_000n;
/** The number of ticks in a day. */
export const TICKS_PER_DAY = 864_000_000_000n;

/** System.TimeSpan: a signed count of 100 ns ticks. */
export class TimeSpan {
  readonly type = 'TimeSpan';
  readonly ticks: bigint;

  constructor(ticks: bigint) {
    if (BigInt.asIntN(64, ticks) !== ticks) {
      raise('OverflowException', 'TimeSpan overflowed because the duration is too long.');
    }
    this.ticks = ticks;
  }

  /** From a number of units, to the nearest tick. */
  static from(amount: number, ticksPerUnit: bigint): TimeSpan {
    if (Number.isNaN(amount))
      raise('ArgumentException', 'TimeSpan does not accept floating point Not-a-Number values.');
    const ticks = amount * Number(ticksPerUnit);
    if (!Number.isFinite(ticks))
      raise('OverflowException', 'TimeSpan overflowed because the duration is too long.');
    return new TimeSpan(
      Number.isSafeInteger(amount) ? BigInt(amount) * ticksPerUnit : BigInt(Math.trunc(ticks)),
    );
  }

  static of(days: number, hours: number, minutes: number, seconds: number, milliseconds = 0): TimeSpan {
    const total = ((BigInt(days) * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
    return new TimeSpan(total * TICKS_PER_SECOND + BigInt(milliseconds) * TICKS_PER_MILLISECOND);
  }

  /** Reads `[-][d.]hh:mm[:ss[.fffffff]]` or a number of days; null for anything else. */
  static parse(text: string): TimeSpan | null {
    const trimmed = text.trim();
    const days = /^(-?)(\d{1,8})$/.exec(trimmed);
    if (days) return new TimeSpan(BigInt(trimmed) * TICKS_PER_DAY);
    const match =
      /^(-?)(?:(\d{1,8})[.:](?=\d+:\d+:))?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(trimmed);
    if (!match) return null;
    const [, sign, day = '0', hour = '0', minute = '0', second = '0', fraction = ''] = match;
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
    const whole = TimeSpan.of(Number(day), Number(hour), Number(minute), Number(second)).ticks;
    const ticks = whole + BigInt(fraction.padEnd(7, '0'));
    return new TimeSpan(sign === '-' ? -ticks : ticks);
  }

  /** The whole units that are left once bigger ones are taken out. */
  part(ticksPerUnit: bigint, unitsPerBigger: bigint): number {
    return Number((this.ticks / ticksPerUnit) % unitsPerBigger);
  }

  total(ticksPerUnit: bigint): number {
    return Number(this.ticks) / Number(ticksPerUnit);
  }

  compareTo(other: TimeSpan): number {
    return this.ticks < other.ticks ? -1 : this.ticks > other.ticks ? 1 : 0;
  }

  equals(other: unknown): boolean {
    return other instanceof TimeSpan && other.ticks === this.ticks;
  }

  keyOf(): string {
    return `TimeSpan ${this.ticks.toString()}`;
  }

  /** The constant format, `[-][d.]hh:mm:ss[.fffffff]`. */
  toString(): string {
    const ticks = this.ticks < 0n ? -this.ticks : this.ticks;
    const two = (value: bigint): string => value.toString().padStart(2, '0');
    const days = ticks / TICKS_PER_DAY;
    const seconds = ticks / TICKS_PER_SECOND;
    const fraction = ticks % TICKS_PER_SECOND;
    const clock = `${two((seconds / 3600n) % 24n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
    const day = days === 0n ? '' : `${days.toString()}.`;
    const rest = fraction === 0n ? '' : `.${fraction.toString().padStart(7, '0')}`;
    return `${this.ticks < 0n ? '-' : ''}${day}${clock}${rest}`;
  }
}
