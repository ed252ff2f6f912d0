import { type CallIdentity, closingKey } from './call-identity.ts';
import { createHashLog } from './hash-log.ts';
import { createIdSet, hashId, type IdSet } from './id-set.ts';
import type { HashedPlace } from './record-place.ts';
import { closes, createReferences, type References } from './references.ts';
import type { SealedStretch } from './scanning/read-sealed.ts';
import { ClosingNumber, NUMBERS_OF_A_CLOSING } from './scanning/plain-calls.ts';

/** The most open calls that are followed. Never are so many active at once, so those beyond are only counted. */
const MOST_OPEN = 200_000;
/** The most suspected closings that are followed. Those beyond are only counted. */
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
  /** Gives the closings that may be there twice, when all are noted. */
  suspects(): Suspects;
  /** Gives the closings that correct or recover an entry which was not met. */
  unmet: References['unmet'];
  /** Gives the number of openings that were too many to follow. */
  overflow(): number;
}

/** The closings whose key is there twice, or has the same 64 bits as another one. `closingKey` makes the key. */
export interface Suspects {
  /** Has the keys that are followed, and perhaps others with the same bits. */
  readonly keys: Pick<IdSet, 'has' | 'count'>;
  /** The number of repeated closings that were too many to follow. */
  readonly others: number;
}

/** Starts without any calls. @param seed the seed of hashes. */
export function createOpenCalls(seed: number): OpenCalls {
  const open = new Map<string, Orphan>();
  const references = createReferences(seed);
  const closings = createHashLog();
  let overflow = 0;
  return {
    opened(call, { writer, sequence, hash, part, line }, time) {
      const opening = { writer, sequence, hash, part, line, time };
      // The chain of an older process can hold the recovered closing of an opening that is read later.
      if (references.opened(call, opening)) return;
      if (open.size >= MOST_OPEN) overflow += 1;
      else open.set(call.id, opening);
    },
    closed(call, closing) {
      const opening = open.get(call.id);
      const isClosed = opening !== undefined && closes({ call, closing }, opening);
      if (isClosed) open.delete(call.id);
      if (!isClosed || !call.recovered) references.closed(call, closing);
      closings.add(...hashId(closingKey(call), seed));
    },
    passed({ scan: { closings: numbers, unopened }, idOf }, writer) {
      // Few stretches have a call that another one opened.
      if (open.size > 0)
        for (const index of unopened) if (open.get(idOf(index))?.writer === writer) open.delete(idOf(index));
      const { low, high, namedLow, namedHigh } = ClosingNumber;
      for (let at = 0; at < numbers.length; at += NUMBERS_OF_A_CLOSING) {
        references.plainlyClosed(numbers[at + namedLow] ?? 0, numbers[at + namedHigh] ?? 0);
        closings.add(numbers[at + low] ?? 0, numbers[at + high] ?? 0);
      }
    },
    orphans: () => open,
    suspects() {
      const keys = createIdSet(seed);
      let others = 0;
      for (const { hash, again } of closings.repeated())
        if (keys.count() < MOST_SUSPECTS) keys.addHash(...hash);
        else others += again;
      return { keys, others };
    },
    unmet: () => references.unmet(),
    overflow: () => overflow,
  };
}
