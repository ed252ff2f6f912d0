import type { Place } from '../finding.ts';
import type { Run } from './link-segments.ts';
import type { Piece } from './segments.ts';

/** A change that was made to the lines of a chain. */
export interface Fault {
  readonly kind: 'removed' | 'altered' | 'reordered' | 'inserted' | 'truncated' | 'unreadable';
  /**
   * The sequences of the first and the last entry. For an insertion, both are the sequence of the chain's next entry
   * there.
   */
  readonly first: number;
  readonly last: number;
  readonly place: Place;
}

/** Evidence about a chain besides its lines. */
export interface ChainWitnesses {
  /** Gives the hash of an entry by an anchor or a signature; undefined where neither names it. */
  hashOf(sequence: number): string | undefined;
  /** Gives the sequence of the last entry that is known to have been written; -1 where none is. */
  lastWritten(): number;
}

/** The pieces of a chain, told apart into those that are taken for the chain and all others. */
export interface SortedPieces {
  /** The runs that are taken for the chain, in its order. */
  readonly spine: readonly Run[];
  /** The pieces beside it, in the order in which they stand. */
  readonly strays: readonly Piece[];
  /** The strays that a fault explains. Each check of faults adds those of its own. */
  readonly explained: Set<Piece>;
  readonly witnesses: ChainWitnesses;
}

/** Tells whether a fault names an entry, by its sequence or by its place. */
export function isNamed(faults: readonly Fault[], sequence: number, place?: Place): boolean {
  return faults.some(
    (fault) =>
      (fault.first <= sequence && sequence <= fault.last) ||
      (fault.place.part === place?.part && fault.place.line === place.line),
  );
}
