import { chooseSpine } from './choose-spine.ts';
import type { ChainWitnesses, Fault, SortedPieces } from './fault.ts';
import { findBreaks } from './find-breaks.ts';
import { findEarlyEnd } from './find-early-end.ts';
import { findInserted } from './find-inserted.ts';
import { findMoved } from './find-moved.ts';
import { link, splitForgedTails } from './link-segments.ts';
import { createBeginning, isSegment, type Piece } from './segments.ts';

/** The checks in their order. Each finds the faults of its kinds. */
const CHECKS: readonly ((pieces: SortedPieces) => readonly Fault[])[] = [
  // Between two runs entries are missing, or one is altered. The strays in a gap are what became of them.
  findBreaks,
  // After the last run entries can be missing that witnesses know.
  findEarlyEnd,
  // Within a run entries can be linked and yet stand in another order.
  findMoved,
  // This comes last: a stray that no other fault explains was put in.
  findInserted,
];

/**
 * Finds the changes that were made to a chain from its pieces. A single change is described exactly, except that only
 * witnesses know the last entry of a truncated chain. Of several changes each is found, but two that touch may be
 * described as one.
 *
 * Each entry vouches for the one before it, whose hash it names. So the pieces are first joined by those hashes,
 * wherever they stand. Then the joined pieces with the most entries that stand in order are taken for the chain.
 */
export function findChainFaults(found: readonly Piece[], witnesses: ChainWitnesses): Fault[] {
  const pieces = sortPieces(found, witnesses);
  return CHECKS.flatMap((check) => check(pieces)).sort((one, other) => one.first - other.first);
}

function sortPieces(found: readonly Piece[], witnesses: ChainWitnesses): SortedPieces {
  const { segments, forged } = splitForgedTails(found.filter(isSegment), witnesses);
  const spine = chooseSpine(link(createBeginning(), segments), witnesses);
  const onSpine = new Set<Piece>(spine.flatMap((run) => run.segments));
  const strays = [...found.filter((piece) => !isSegment(piece)), ...segments, ...forged]
    .filter((piece) => !onSpine.has(piece))
    .sort((one, other) => one.order - other.order);
  return { spine, strays, explained: new Set(), witnesses };
}
