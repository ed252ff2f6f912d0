import { type CallIdentity, closingKey } from './call-identity.ts';
import { createIdSet } from './id-set.ts';
import type { HashedPlace } from './record-place.ts';
import { closes, createReferences, type References } from './references.ts';
import type { SealedStretch } from './scanning/read-sealed.ts';
import { ClosingNumber, NUMBERS_OF_A_CLOSING } from './scanning/plain-calls.ts';

/** The most open calls that are followed. Never are so many active at once, so those beyond are only counted. */
const MOST_OPEN = 200_000;
/** The most keys of suspected closings that are followed. Those beyond are only counted. */
const MOST_SUSPECTS = 10_000;

/** An opening without a closing in the chains that were read. */
export interface Orphan extends HashedPlace {
  readonly time: string;
}

/**
 * Follows the calls that a ledger opens and closes. It keeps an open call until it is closed, and 64 bits of each
 * closing.
 */
interface OpenCalls {
  /** Notes an opening. */
  opened(call: CallIdentity, opening: HashedPlace, time: string): void;
  /** Notes a closing. */
  closed(call: CallIdentity, closing: HashedPlace): void;
  /** Notes the plain calls of a stretch of a chain. */
  passed(stretch: SealedStretch, writer: string): void;
  /** Gives the openings without a closing, by the record's id. */
  orphans(): ReadonlyMap<string, Orphan>;
  /** Gives the keys of closings that may be there twice; `closingKey` makes the key of a closing. */
  suspects(): ReadonlySet<string>;
  /** Gives the closings that correct or recover an entry which was not met. */
  unmet: References['unmet'];
  /** Gives the numbers of openings and suspects that were too many to follow. */
  overflow(): { readonly open: number; readonly suspects: number };
}

/** Starts without any calls. @param seed the seed of hashes. */
export function createOpenCalls(seed: number): OpenCalls {
  const open = new Map<string, Orphan>();
  const references = createReferences(seed);
  const closings = createIdSet(seed);
  const suspects = new Set<string>();
  const overflow = { open: 0, suspects: 0 };
  const suspect = (key: string): void => {
    if (suspects.size < MOST_SUSPECTS) suspects.add(key);
    else if (!suspects.has(key)) overflow.suspects += 1;
  };
  return {
    opened(call, { writer, sequence, hash, part, line }, time) {
      const opening = { writer, sequence, hash, part, line, time };
      // The chain of an older process can hold the recovered closing of an opening that is read later.
      if (references.opened(call, opening)) return;
      if (open.size >= MOST_OPEN) overflow.open += 1;
      else open.set(call.id, opening);
    },
    closed(call, closing) {
      const opening = open.get(call.id);
      const isClosed = opening !== undefined && closes({ call, closing }, opening);
      if (isClosed) open.delete(call.id);
      if (!isClosed || !call.recovered) references.closed(call, closing);
      const key = closingKey(call);
      if (closings.add(key)) suspect(key);
    },
    passed({ scan: { closings: numbers, unopened }, idOf }, writer) {
      // Few stretches have a call that another one opened, or one that seems to be closed twice.
      if (open.size > 0)
        for (const index of unopened) if (open.get(idOf(index))?.writer === writer) open.delete(idOf(index));
      const { low, high, namedLow, namedHigh } = ClosingNumber;
      for (let at = 0; at < numbers.length; at += NUMBERS_OF_A_CLOSING) {
        references.plainlyClosed(numbers[at + namedLow] ?? 0, numbers[at + namedHigh] ?? 0);
        const isSuspect = closings.addHash(numbers[at + low] ?? 0, numbers[at + high] ?? 0);
        if (isSuspect) suspect(idOf(at / NUMBERS_OF_A_CLOSING));
      }
    },
    orphans: () => open,
    suspects: () => suspects,
    unmet: () => references.unmet(),
    overflow: () => overflow,
  };
}
