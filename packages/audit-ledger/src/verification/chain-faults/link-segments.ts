import type { ChainWitnesses } from './fault.ts';
import type { Segment } from './segments.ts';

/** Segments that link to each other by their hashes, in the order of their links. They may stand in another order. */
export interface Run {
  readonly segments: readonly Segment[];
  readonly start: Segment;
  readonly end: Segment;
  /** Sequences of its first and last entry. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly firstOrder: number;
  /** The order of its last segment. */
  readonly lastOrder: number;
  readonly isEnd: boolean;
}

/**
 * Links segments to runs.
 * @param beginning the empty segment to which the first entry of a chain links. It begins the first run.
 */
export function link(beginning: Segment, segments: readonly Segment[]): Run[] {
  const byPrevious = groupByPrevious(segments);
  const taken = new Set<Segment>();
  const runs: Run[] = [];
  // The longer of two segments that claim the same place gets it, because more entries vouch for it.
  const follow = (segment: Segment): Segment[] => {
    const linked = [segment];
    for (let end = segment; ;) {
      const next = (byPrevious.get(`${end.last + 1}.${end.hash}`) ?? [])
        .filter((one) => !taken.has(one))
        .toSorted((one, other) => countOf(other) - countOf(one))[0];
      if (!next) return linked;
      taken.add(next);
      linked.push(next);
      end = next;
    }
  };
  runs.push(asRun(follow(beginning)));
  for (const segment of segments.toSorted((one, other) => one.first - other.first)) {
    if (taken.has(segment)) continue;
    taken.add(segment);
    runs.push(asRun(follow(segment)));
  }
  return runs;
}

/**
 * Cuts forged entries off the ends of segments. A forged entry can name the hash of the entry before it, so that it
 * seems to end the segment. The genuine entry at that place names the same hash, and the chain goes on after it.
 */
export function splitForgedTails(
  found: readonly Segment[],
  witnesses: Pick<ChainWitnesses, 'hashOf'>,
): { readonly segments: readonly Segment[]; readonly forged: readonly Segment[] } {
  const byPrevious = groupByPrevious(found);
  const forged: Segment[] = [];
  const isFollowed = ({ last, hash }: Segment) =>
    byPrevious.has(`${last + 1}.${hash}`) || witnesses.hashOf(last) === hash;
  const goesOn = (one: Segment) => countOf(one) > 1 || isFollowed(one);
  const goingOn = new Set(found.filter(goesOn).map(placeOf));
  const segments = found.flatMap((segment) => {
    const { last, beforeLast, order, end } = segment;
    const isAlone = !goingOn.has(placeOf({ first: last, before: beforeLast }));
    if (isAlone || isFollowed(segment)) return [segment];
    forged.push({ ...segment, first: last, before: beforeLast, start: end, order: order + 0.5 });
    if (countOf(segment) === 1) return [];
    const shorter = { ...segment, last: last - 1, hash: beforeLast, beforeLast: '', isEnd: false };
    return [{ ...shorter, end: { part: end.part, line: Math.max(end.line - 1, 1) } }];
  });
  return { segments, forged };
}

function groupByPrevious(segments: readonly Segment[]): ReadonlyMap<string, readonly Segment[]> {
  return Map.groupBy(segments, placeOf);
}

/** The place that a segment claims: the sequence of its first entry, behind the entry that it names. */
function placeOf({ first, before }: Pick<Segment, 'first' | 'before'>): string {
  return `${first}.${before}`;
}

function countOf({ first, last }: Segment): number {
  return last - first + 1;
}

function asRun(segments: readonly Segment[]): Run {
  const [start, end] = [segments[0], segments.at(-1)];
  if (!start || !end) throw new RangeError('A run has a segment at least.');
  return {
    segments,
    start,
    end,
    first: start.first,
    last: end.last,
    count: end.last - start.first + 1,
    firstOrder: start.order,
    lastOrder: end.order,
    isEnd: end.isEnd,
  };
}
