import type { LedgerChain } from '../ledger/ledger-reader.ts';
import type { Period } from '../time/period.ts';

const MOST_CLOCK_ERROR_IN_MS = 3_600_000;

/**
 * Tells whether a chain belongs to a period: it was begun before the period's end and last written to after its
 * beginning. A chain whose name holds an impossible time belongs to every period that begins before its last writing.
 */
export function isActive(chain: LedgerChain, { from, to }: Period): boolean {
  const startedAt = startOf(chain.writer);
  return lastWrittenAt(chain) >= from.getTime() && (startedAt < to.getTime() || hasImpossibleName(chain));
}

/** Tells whether a chain began, by its name, at a time that was not, or more than an hour after its last writing. */
export function hasImpossibleName(chain: LedgerChain): boolean {
  const startedAt = startOf(chain.writer);
  return Number.isNaN(startedAt) || startedAt > lastWrittenAt(chain) + MOST_CLOCK_ERROR_IN_MS;
}

function lastWrittenAt({ parts }: LedgerChain): number {
  return parts.reduce((last, { modifiedAt }) => Math.max(last, modifiedAt.getTime()), 0);
}

/** Reads the start time from a writer's name such as `20261122T210150123Z-…`; NaN for an impossible time. */
export function startOf(writer: string): number {
  return Date.parse(
    writer.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-.*$/, '$1-$2-$3T$4:$5:$6.$7Z'),
  );
}
