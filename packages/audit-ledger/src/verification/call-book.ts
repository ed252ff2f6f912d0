import { createIdSet } from './id-set.ts';
import type { Place } from './finding.ts';

/** More calls than this are never at work, and fewer have two closings: what is beyond is counted, and not followed. */
const MOST_OPEN = 200_000;
const MOST_SUSPECTS = 10_000;
const LONGEST_ID = 256;

/** An entry of a record, and where it stands. */
export interface RecordPlace extends Place {
  readonly writer: string;
  readonly sequence: number;
}

/** What of an opening or closing tells which call it is of. */
export interface BookedRecord {
  readonly id: string;
  /** A closing that another process wrote, because the writer of the opening died. */
  readonly isRecovered: boolean;
  /** A closing that corrects another one. */
  readonly revision: number;
}

/** An opening whose call has no closing in the same chain. */
export interface Orphan extends RecordPlace {
  readonly time: string;
}

/**
 * Which calls were opened and closed. Open ones are kept until they are closed; closed ones as 64 bits each.
 */
export interface CallBook {
  opened(record: BookedRecord, place: RecordPlace, time: string): void;
  closed(record: BookedRecord): void;
  /** Openings that nothing closes, by id of the call. */
  orphans(): ReadonlyMap<string, Orphan>;
  /** Keys of closings that seem to be there twice; `closingKey` of a closing tells whether it is one of them. */
  suspects(): ReadonlySet<string>;
  /** How many openings and suspects were too many to follow. */
  overflow(): { readonly open: number; readonly suspects: number };
}

/** A call has one closing, one of each revision, and one recovered besides. */
export function closingKey({ id, isRecovered, revision }: BookedRecord): string {
  return isRecovered ? `${id}#recovered` : revision === 0 ? id : `${id}#${revision}`;
}

export function createCallBook(): CallBook {
  const open = new Map<string, Orphan>();
  // Closings of openings that are read later: a chain of an older process can hold them.
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

/** What tells one call from others; undefined for an entry whose record names no call. */
export function readBookedRecord(members: Readonly<Record<string, unknown>>): BookedRecord | undefined {
  const record = members.record;
  if (typeof record !== 'object' || record === null) return undefined;
  const { id, revision } = record as { readonly id?: unknown; readonly revision?: unknown };
  if (typeof id !== 'string' || id.length > LONGEST_ID) return undefined;
  return {
    id,
    isRecovered: members.recovered === true,
    revision: typeof revision === 'number' ? revision : 0,
  };
}
