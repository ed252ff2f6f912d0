import type { AnchorIndex } from './anchors.ts';
import type { CheckedChain } from './check.ts';
import type { ChainWitnesses, Fault } from './chain-faults/fault.ts';
import type { Place } from './finding.ts';
import { hashAt, type SealedStretch } from './scanning/read-sealed.ts';

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

/** The hashes of entries that follow one another. */
type HashedStretch = Pick<SealedStretch['scan'], 'first' | 'last' | 'hashes'>;

/** Holds the hashes that anchors and signatures name against the entries of one chain after another. */
export interface Witnesses extends ChainWitnesses {
  /** Begins a chain, and forgets the one before. */
  begin(chain: CheckedChain): void;
  /** Notes an entry of the chain. */
  see(sequence: number, hash: string, place: Place): void;
  /** Notes the entries of a stretch of the chain. */
  seeStretch(stretch: SealedStretch): void;
  /** Notes a fitting signature over an earlier entry. @param place the place of the signature. */
  testify(sequence: number, hash: string, place: Place): void;
  /** Gives the contradictions that no fault of the chain's lines explains. */
  contradictions(faults: readonly Fault[]): Contradiction[];
}

/** Makes the witnesses of a ledger. */
export function createWitnesses(anchors: AnchorIndex): Witnesses {
  let known = new Map<number, string>();
  let matched = new Set<number>();
  let contradicted = new Map<number, Place>();
  let recent: ({ readonly sequence: number; readonly hash: string } | undefined)[] = [];
  /** The last stretches, which together have all entries that are remembered. */
  let stretches: readonly HashedStretch[] = [];
  let lastWritten = -1;
  const judge = (sequence: number, isMatch: boolean, place: Place) => {
    if (isMatch) matched.add(sequence);
    else contradicted.set(sequence, place);
  };
  return {
    begin({ writer, shipped = -1 }) {
      known = new Map(anchors.get(writer));
      matched = new Set();
      contradicted = new Map();
      recent = [];
      stretches = [];
      lastWritten = [...known.keys()].reduce((last, sequence) => Math.max(last, sequence), shipped);
    },
    see(sequence, hash, place) {
      recent[sequence % REMEMBERED] = { sequence, hash };
      const expected = known.get(sequence);
      if (expected !== undefined) judge(sequence, expected === hash, place);
    },
    seeStretch(stretch) {
      const { place, scan } = stretch;
      const { first, last, hashes } = scan;
      // The bytes of the stretch are not kept.
      stretches = [...stretches.filter((one) => one.last > last - REMEMBERED), { first, last, hashes }];
      for (const [sequence, hash] of known)
        if (holds(scan, sequence)) {
          const line = place.line + sequence - first;
          judge(sequence, hashAt(scan, sequence) === hash, { part: place.part, line });
        }
    },
    testify(sequence, hash, place) {
      const seen = recent[sequence % REMEMBERED];
      const stretch = stretches.find((one) => holds(one, sequence));
      if (seen?.sequence === sequence) judge(sequence, seen.hash === hash, place);
      else if (stretch) judge(sequence, hashAt(stretch, sequence) === hash, place);
      if (!known.has(sequence)) known.set(sequence, hash);
    },
    hashOf: (sequence) => known.get(sequence),
    lastWritten: () => lastWritten,
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

function holds({ first, last }: HashedStretch, sequence: number): boolean {
  return first <= sequence && sequence <= last;
}
