import type { Place } from './finding.ts';
import type { Fault } from './judge-pieces.ts';

/** Hashes of the last entries are remembered for signatures, which come some entries later. */
const REMEMBERED = 16_384;

/** Entries of a chain whose hash is not the one that somebody else knows. */
export interface Contradiction {
  /** The first one that may have been changed: the one after the last that is vouched for. */
  readonly first: number;
  readonly last: number;
  readonly place: Place;
}

/** What others know of a chain's entries, held against the entries that stand there. */
export interface ChainWitnesses {
  /** An entry stands there. */
  see(sequence: number, hash: string, place: Place): void;
  /** A signature vouches for an entry that stood before it. */
  testify(sequence: number, hash: string, place: Place): void;
  readonly hashOf: (sequence: number) => string | undefined;
  /** The last entry that is known to have been written. */
  readonly last: number;
  /** Those that no fault of the chain's lines explains. */
  contradictions(faults: readonly Fault[]): Contradiction[];
}

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
