import type { Place } from './finding.ts';
import type { Fault } from './find-chain-faults.ts';

/**
 * The number of last entries whose hashes are remembered. A signature comes some entries after the entry that it signs.
 */
const REMEMBERED = 16_384;

/** A range of entries that an anchor or a signature contradicts by its hash. */
export interface Contradiction {
  /** The sequence of the first entry that may have been changed: the one after the last that is vouched for. */
  readonly first: number;
  readonly last: number;
  readonly place: Place;
}

/** Compares the hashes that anchors and signatures name with the entries of a chain. */
export interface ChainWitnesses {
  /** Notes an entry of the chain. */
  see(sequence: number, hash: string, place: Place): void;
  /** Notes a fitting signature over an earlier entry. @param place the place of the signature. */
  testify(sequence: number, hash: string, place: Place): void;
  /** Gives the hash of an entry by an anchor or a signature; undefined where neither names it. */
  readonly hashOf: (sequence: number) => string | undefined;
  /** The sequence of the last entry that is known to have been written; -1 where none is. */
  readonly last: number;
  /** Gives the contradictions that no fault of the chain's lines explains. */
  contradictions(faults: readonly Fault[]): Contradiction[];
}

/** @param anchors hashes by sequence. @param shipped the sequence of the last shipped entry; -1 where none is known. */
export function createWitnesses(anchors: ReadonlyMap<number, string>, shipped: number): ChainWitnesses {
  const known = new Map(anchors);
  const matched = new Set<number>();
  const contradicted = new Map<number, Place>();
  const recent: ({ readonly sequence: number; readonly hash: string } | undefined)[] = [];
  const judge = (sequence: number, isMatch: boolean, place: Place) => {
    if (isMatch) matched.add(sequence);
    else contradicted.set(sequence, place);
  };
  return {
    see(sequence, hash, place) {
      recent[sequence % REMEMBERED] = { sequence, hash };
      const expected = known.get(sequence);
      if (expected !== undefined) judge(sequence, expected === hash, place);
    },
    testify(sequence, hash, place) {
      const seen = recent[sequence % REMEMBERED];
      if (seen?.sequence === sequence) judge(sequence, seen.hash === hash, place);
      if (!known.has(sequence)) known.set(sequence, hash);
    },
    hashOf: (sequence) => known.get(sequence),
    last: [...anchors.keys()].reduce((last, sequence) => Math.max(last, sequence), Math.max(shipped, -1)),
    contradictions(faults) {
      const isExplained = (sequence: number) =>
        faults.some(({ first, last }) => first <= sequence && sequence <= last);
      const found: { first: number; last: number; place: Place }[] = [];
      let vouched = -1;
      let open: (typeof found)[number] | undefined;
      for (const sequence of [...known.keys()].sort((one, other) => one - other)) {
        const place = contradicted.get(sequence);
        if (matched.has(sequence)) {
          vouched = sequence;
          open = undefined;
        } else if (place && !isExplained(sequence)) {
          if (open) open.last = sequence;
          else found.push((open = { first: vouched + 1, last: sequence, place }));
        }
      }
      return found;
    },
  };
}
