import type { LedgerChain } from './ledger-reader.ts';
import type { Period } from '../time/period.ts';

const MOST_CLOCK_ERROR_IN_MS = 3_600_000;
/** The audit key signs a chain within a second of its first entry, unless it can't be used. */
const MOST_UNSIGNED_IN_MS = 60_000;

/**
 * Tells whether a chain belongs to a period: it was begun before the period's end and last written to after its
 * beginning. A chain whose name holds an impossible time belongs to every period that begins before its last writing.
 */
export function isActive(chain: LedgerChain, { from, to }: Period): boolean {
  const startedAt = timeIn(chain.writer);
  return lastWrittenAt(chain) >= from.getTime() && (startedAt < to.getTime() || hasImpossibleName(chain));
}

/** Tells whether a chain began, by its name, at a time that was not, or more than an hour after its last writing. */
export function hasImpossibleName(chain: LedgerChain): boolean {
  const startedAt = timeIn(chain.writer);
  return Number.isNaN(startedAt) || startedAt > lastWrittenAt(chain) + MOST_CLOCK_ERROR_IN_MS;
}

/**
 * Tells whether a chain is too young to miss its first signature: it began, by its name, within the last minute. A clock
 * may be ahead by as much, so that a name can claim a minute of the future and no more.
 */
export function isYoung({ writer }: LedgerChain, now: Date): boolean {
  return Math.abs(now.getTime() - timeIn(writer)) < MOST_UNSIGNED_IN_MS;
}

/** Gives the time of a chain's last writing by the storage service's clock, in milliseconds since the epoch. */
export function lastWrittenAt({ parts }: LedgerChain): number {
  return parts.reduce((last, { modifiedAt }) => Math.max(last, modifiedAt.getTime()), 0);
}

/**
 * Reads the time from the name of a writer or the id of a record such as `20261122T210150123Z-…`, in milliseconds since
 * the epoch; NaN for an impossible time.
 */
export function timeIn(name: string): number {
  return Date.parse(
    name.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-.*$/, '$1-$2-$3T$4:$5:$6.$7Z'),
  );
}

/** Tells whether a day `yyyymmdd` is one of the calendar. */
export function isRealDay(day: string): boolean {
  const time = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00.000Z`);
  // Date.parse takes the 31st of any month.
  return !Number.isNaN(time) && new Date(time).getUTCDate() === Number(day.slice(6));
}
