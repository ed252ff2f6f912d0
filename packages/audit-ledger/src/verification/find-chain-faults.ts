import { link, type Run, splitForgedTails } from './link-segments.ts';
import type { Place } from './finding.ts';
import { findMoved } from './find-moved.ts';
import { createBeginning, isSegment, type Piece, type Segment } from './segments.ts';

/** Evidence about a chain besides its lines. */
export interface Witnesses {
  /** Gives the hash of an entry by an anchor or a signature; undefined where neither names it. */
  readonly hashOf: (sequence: number) => string | undefined;
  /** The sequence of the last entry that is known to have been written; -1 where none is. */
  readonly last: number;
}

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

/**
 * Finds the changes that were made to a chain from its pieces. A single change is described exactly, except that only
 * witnesses know the last entry of a truncated chain. Of several changes each is found, but two that touch may be
 * described as one.
 *
 * Each entry vouches for the one before it, whose hash it names. So the pieces are first joined by those hashes,
 * wherever they stand. Then the joined pieces with the most entries that stand in order are taken for the chain. All
 * others are taken for insertions.
 */
export function findChainFaults(found: readonly Piece[], witnesses: Witnesses): Fault[] {
  const { segments, forged } = splitForgedTails(found.filter(isSegment), witnesses.hashOf);
  const runs = link(createBeginning(), segments);
  const spine = withoutStrayEnd(chooseSpine(runs), witnesses);
  const onSpine = new Set<Piece>(spine.flatMap((run) => run.segments));
  const strays = [...found.filter((piece) => !isSegment(piece)), ...segments, ...forged]
    .filter((piece) => !onSpine.has(piece))
    .sort((one, other) => one.order - other.order);
  const claimed = new Set<Piece>();
  const faults = [
    ...judgeBreaks(spine, strays, claimed, witnesses),
    ...judgeEnd(spine, strays, claimed, witnesses),
    ...spine.flatMap(({ segments: linked }) => findMoved(linked)).map(asReordered),
    ...strays.filter((stray) => !claimed.has(stray)).map((stray) => asInserted(stray, spine)),
  ];
  return faults.sort((one, other) => one.first - other.first);
}

/** Chooses runs that overlap neither in sequence nor in place, with as many entries as possible. */
function chooseSpine(runs: readonly Run[]): readonly Run[] {
  const [beginning, ...others] = runs;
  if (!beginning) return [];
  const sorted = others.toSorted((one, other) => one.last - other.last);
  const best: { weight: number; previous: number }[] = [];
  sorted.forEach((run, index) => {
    let choice = { weight: run.first > beginning.last ? run.count : Number.NEGATIVE_INFINITY, previous: -1 };
    if (run.firstOrder < beginning.lastOrder) choice.weight = Number.NEGATIVE_INFINITY;
    for (let before = 0; before < index; before += 1) {
      const candidate = sorted[before];
      if (!candidate || candidate.last >= run.first || candidate.lastOrder > run.firstOrder) continue;
      const weight = (best[before]?.weight ?? 0) + run.count;
      if (weight > choice.weight) choice = { weight, previous: before };
    }
    best.push(choice);
  });
  let index = best.reduce((top, { weight }, at) => (weight > (best[top]?.weight ?? 0) ? at : top), -1);
  const spine: Run[] = [];
  while (index >= 0) {
    const run = sorted[index];
    const choice = best[index];
    if (!run || !choice) break;
    spine.unshift(run);
    index = choice.previous;
  }
  return [beginning, ...spine];
}

/**
 * Drops a lone last entry whose sequence the witnesses rule out. Nothing vouches for it, so it is no part of the chain.
 */
function withoutStrayEnd(spine: readonly Run[], { last }: Witnesses): readonly Run[] {
  const end = spine.findIndex(({ isEnd }) => isEnd);
  const kept = end === -1 ? spine : spine.slice(0, end + 1);
  const [before, final] = kept.slice(-2);
  if (!before || !final || kept.length < 2 || final.count > 1) return kept;
  const isRuledOut = final.first > before.last + 1 && last > before.last && last < final.first;
  return isRuledOut ? kept.slice(0, -1) : kept;
}

/**
 * Finds the faults between runs. It goes from the end to the beginning, because each entry vouches for the one before.
 */
function judgeBreaks(
  spine: readonly Run[],
  strays: readonly Piece[],
  claimed: Set<Piece>,
  { hashOf }: Witnesses,
): Fault[] {
  const faults: Fault[] = [];
  let altered = -1;
  for (let index = spine.length - 1; index > 0; index -= 1) {
    const [run, next] = [spine[index - 1], spine[index]];
    if (!run || !next) continue;
    if (next.first === run.last + 1) {
      // An altered entry does not vouch for the one before.
      if (next.count === 1 && next.first === altered) continue;
      const isNextAltered =
        run.last === -1 ||
        hashOf(run.last) === run.end.hash ||
        (next.count === 1 && isContradicted(hashOf(next.first), next.end.hash));
      altered = isNextAltered ? next.first : run.last;
      const place = isNextAltered ? next.start.start : run.end.end;
      faults.push({ kind: 'altered', first: altered, last: altered, place });
      continue;
    }
    const between = strays.filter(
      ({ order }) => order > run.end.order && order < next.start.order && order > run.lastOrder,
    );
    const missing = { first: run.last + 1, last: next.first - 1 };
    faults.push(judgeGap(missing, between, next.start));
    for (const stray of between) claimed.add(stray);
  }
  return faults;
}

function isContradicted(known: string | undefined, hash: string): boolean {
  return known !== undefined && known !== hash;
}

function judgeGap(
  missing: { readonly first: number; readonly last: number },
  between: readonly Piece[],
  next: Segment,
): Fault {
  const [stray] = between;
  if (!stray) return { kind: 'removed', ...missing, place: next.start };
  const place = stray.start;
  if (between.some((one) => !isSegment(one) && !one.isWhole)) return { kind: 'truncated', ...missing, place };
  const isIntact = missing.first === missing.last && between.length === 1 && stray.hash === next.before;
  return { kind: isIntact ? 'unreadable' : 'altered', ...missing, place };
}

/** Finds the fault after the last run. */
function judgeEnd(
  spine: readonly Run[],
  strays: readonly Piece[],
  claimed: Set<Piece>,
  witnesses: Witnesses,
): Fault[] {
  const final = spine.at(-1);
  if (!final) return [];
  const after = strays.filter(({ order }) => order > final.lastOrder);
  const [stray] = after;
  const half = after.find((one) => !isSegment(one) && !one.isWhole);
  const first = final.last + 1;
  const last = Math.max(witnesses.last, first);
  if (half) {
    claimed.add(half);
    return [{ kind: 'truncated', first, last, place: half.start }];
  }
  if (witnesses.last <= final.last) return [];
  for (const one of after) claimed.add(one);
  if (stray) return [{ kind: 'altered', first, last, place: stray.start }];
  const { part, line } = final.end.end;
  return [{ kind: 'truncated', first, last, place: { part: Math.max(part, 1), line: line + 1 } }];
}

function asReordered({ first, last, start }: Segment): Fault {
  return { kind: 'reordered', first, last, place: start };
}

function asInserted({ order, start }: Piece, spine: readonly Run[]): Fault {
  let before = -1;
  let beforeOrder = -1;
  for (const run of spine)
    for (const segment of run.segments)
      if (segment.order < order && segment.order > beforeOrder) {
        before = segment.last;
        beforeOrder = segment.order;
      }
  return { kind: 'inserted', first: before + 1, last: before + 1, place: start };
}
