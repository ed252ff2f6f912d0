import type { Retention } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import { createFindingList, type FindingList } from '../finding-list.ts';
import type { Closing } from './closing.ts';
import { describeMissing } from './describe-shipped.ts';

/** Collects the records that were shipped and that Application Insights does not have. */
export interface MissingRecords {
  /** Notes the closing of a missing record. */
  readonly add: (closing: Closing) => void;
  /**
   * Gives the findings, once all chains are read.
   * @param isRefused tells whether Application Insights refused a record, so that it misses nothing.
   */
  findings(isRefused: (closing: Closing) => boolean): FindingList;
  /** Gives a sentence about the records that are too old to be kept. */
  readonly notChecked: () => readonly string[];
}

/** A number of records, with the times of the first and the last of them. */
interface Stretch {
  count: number;
  from: number;
  to: number;
}

/** The most missing records that are kept until all refusals are known. */
const MOST_KEPT = 5_000;
/** The most records from before the oldest one that are named one by one. */
const MOST_NAMED = 100;
const DAY_IN_MS = 86_400_000;

/**
 * Starts without any. Records that are older than Application Insights keeps them are not missed, unless it has older
 * ones still: nothing but retention deletes the oldest first.
 * @param retention what Application Insights keeps; when undefined, every record is missed.
 */
export function createMissingRecords(retention: Retention | undefined): MissingRecords {
  const keptFrom = retention?.keptFrom.getTime() ?? -Infinity;
  const oldest = retention ? (retention.oldest?.getTime() ?? Infinity) : -Infinity;
  const forgotten = emptyStretch();
  const leading = emptyStretch();
  const gaps = new Map<number, Stretch>();
  const kept: Closing[] = [];
  const found = createFindingList();

  return {
    add(closing) {
      const time = closing.time.getTime();
      if (time < keptFrom && time < oldest + DAY_IN_MS) return extend(forgotten, time);
      if (time < keptFrom) {
        const day = Math.floor(time / DAY_IN_MS);
        const gap = gaps.get(day) ?? emptyStretch();
        gaps.set(day, gap);
        return extend(gap, time);
      }
      if (time < oldest) extend(leading, time);
      if (kept.length < MOST_KEPT) kept.push(closing);
      else if (time >= oldest) found.add(describeMissing(closing));
    },

    findings(isRefused) {
      const isLeading = ({ time }: Closing) => time.getTime() < oldest;
      const isOneFinding = leading.count > MOST_NAMED;
      for (const closing of kept)
        if (!(isOneFinding && isLeading(closing)) && !isRefused(closing)) found.add(describeMissing(closing));
      if (isOneFinding) found.add(describeLeading(leading, retention));
      for (const gap of gaps.values()) found.add(describeGap(gap));
      return found;
    },

    notChecked: () =>
      forgotten.count === 0
        ? []
        : [
            `Application Insights keeps ${retention?.days} days: ${nameRecords(forgotten)} are not there any more, and were checked in the ledger alone.`,
          ],
  };
}

function describeLeading(leading: Stretch, retention: Retention | undefined): Finding {
  const oldest = retention?.oldest
    ? `whose oldest record is of ${retention.oldest.toISOString()}`
    : 'which has none';
  return {
    kind: 'missing-in-application-insights',
    message: `${nameRecords(leading)} were shipped, but are not in Application Insights, ${oldest}: they were deleted, or it keeps less than ${retention?.days} days.`,
  };
}

function describeGap(gap: Stretch): Finding {
  return {
    kind: 'missing-in-application-insights',
    message: `${nameRecords(gap)} were shipped, but Application Insights does not have them, though it still has older ones.`,
  };
}

function nameRecords({ count, from, to }: Stretch): string {
  const records = count === 1 ? 'one record' : `${count} records`;
  return `${records} from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
}

function emptyStretch(): Stretch {
  return { count: 0, from: Infinity, to: -Infinity };
}

function extend(stretch: Stretch, time: number): void {
  stretch.count += 1;
  stretch.from = Math.min(stretch.from, time);
  stretch.to = Math.max(stretch.to, time);
}
