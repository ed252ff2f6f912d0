import { raise } from '../evaluation-error.ts';
import { DateTime, EPOCH_TICKS } from './date-time.ts';
import { TICKS_PER_MILLISECOND, TICKS_PER_SECOND, TimeSpan } from './time-span.ts';

/** System.DateTimeOffset: a clock time and its distance from UTC. */
export class DateTimeOffset {
  readonly type = 'DateTimeOffset';
  /** The local date and time at the offset. */
  readonly clock: DateTime;
  readonly offset: TimeSpan;

  constructor(clock: DateTime, offset = new TimeSpan(0n)) {
    this.clock = clock.withKind('Unspecified');
    this.offset = offset;
  }

  static fromUnix(amount: bigint, ticksPerUnit: bigint): DateTimeOffset {
    const ticks = EPOCH_TICKS + amount * ticksPerUnit;
    if (ticks < 0n || ticks > 3_155_378_975_999_999_999n) {
      raise(
        'ArgumentOutOfRangeException',
        'Valid values are between -62135596800 and 253402300799, inclusive.',
      );
    }
    return new DateTimeOffset(new DateTime(ticks));
  }

  utc(): DateTime {
    return this.clock.add(-this.offset.ticks).withKind('Utc');
  }

  toOffset(offset: TimeSpan): DateTimeOffset {
    return new DateTimeOffset(this.utc().add(offset.ticks), offset);
  }

  unixSeconds(): bigint {
    return floorDivide(this.utc().ticks - EPOCH_TICKS, TICKS_PER_SECOND);
  }

  unixMilliseconds(): bigint {
    return floorDivide(this.utc().ticks - EPOCH_TICKS, TICKS_PER_MILLISECOND);
  }

  compareTo(other: DateTimeOffset): number {
    return this.utc().compareTo(other.utc());
  }

  equals(other: unknown): boolean {
    return other instanceof DateTimeOffset && other.utc().ticks === this.utc().ticks;
  }

  keyOf(): string {
    return `DateTimeOffset ${this.utc().ticks.toString()}`;
  }
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value >= 0n ? value / by : (value - by + 1n) / by;
}
