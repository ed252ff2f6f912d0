import { type CallIdentity, closingKey } from './call-identity.ts';
import { createIdSet } from './id-set.ts';
import type { Place } from './finding.ts';

/** The most open calls that are followed. Never are so many active at once, so those beyond are only counted. */
const MOST_OPEN = 200_000;
/** The most keys of suspected closings that are followed. Those beyond are only counted. */
const MOST_SUSPECTS = 10_000;

/** The place of an opening or closing. */
export interface RecordPlace extends Place {
  readonly writer: string;
  readonly sequence: number;
}

/** An opening without a closing in the chains that were read. */
export interface Orphan extends RecordPlace {
  readonly time: string;
}

/**
 * Follows the calls that a ledger opens and closes. It keeps an open call until it is closed, and 64 bits of each
 * closing.
 */
interface OpenCalls {
  /** Notes an opening. */
  opened(record: CallIdentity, place: RecordPlace, time: string): void;
  /** Notes a closing. */
  closed(record: CallIdentity): void;
  /** Gives the openings without a closing, by the record's id. */
  orphans(): ReadonlyMap<string, Orphan>;
  /** Gives the keys of closings that may be there twice; `closingKey` makes the key of a closing. */
  suspects(): ReadonlySet<string>;
  /** Gives the numbers of openings and suspects that were too many to follow. */
  overflow(): { readonly open: number; readonly suspects: number };
}

/** Starts without any calls. */
export function createOpenCalls(): OpenCalls {
  const open = new Map<string, Orphan>();
  // The chain of an older process can hold the recovered closing of an opening that is read later.
  const recovered = new Set<string>();
  const closings = createIdSet();
  const suspects = new Set<string>();
  const overflow = { open: 0, suspects: 0 };
  return {
    opened({ id }, { writer, sequence, part, line }, time) {
      if (open.size >= MOST_OPEN) overflow.open += 1;
      else open.set(id, { writer, sequence, part, line, time });
    },
    closed(record) {
      if (!open.delete(record.id) && record.isRecovered && recovered.size < MOST_OPEN)
        recovered.add(record.id);
      const key = closingKey(record);
      if (!closings.add(key)) return;
      if (suspects.size < MOST_SUSPECTS) suspects.add(key);
      else if (!suspects.has(key)) overflow.suspects += 1;
    },
    orphans() {
      for (const id of recovered) open.delete(id);
      return open;
    },
    suspects: () => suspects,
    overflow: () => overflow,
  };
}
