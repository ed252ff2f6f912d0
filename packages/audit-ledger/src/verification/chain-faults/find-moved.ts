import type { Fault, SortedPieces } from './fault.ts';
import type { Segment } from './segments.ts';

/** Finds the entries that were moved, choosing as few as explain the order. */
export function findMoved({ spine }: SortedPieces): Fault[] {
  return spine
    .flatMap(({ segments }) => movedIn(segments))
    .map(({ first, last, start }) => ({ kind: 'reordered', first, last, place: start }));
}

/** @param linked segments in the order of their links. */
function movedIn(linked: readonly Segment[]): Segment[] {
  if (linked.every(({ order }, index) => index === 0 || order > (linked[index - 1]?.order ?? -1))) return [];
  // The segments with the most entries that stand in order count as not moved.
  const best: { weight: number; previous: number }[] = [];
  linked.forEach((segment, index) => {
    const own = segment.last - segment.first + 1;
    const choice = { weight: own, previous: -1 };
    for (let before = 0; before < index; before += 1) {
      const weight = (best[before]?.weight ?? 0) + own;
      if ((linked[before]?.order ?? 0) < segment.order && weight > choice.weight) {
        choice.weight = weight;
        choice.previous = before;
      }
    }
    best.push(choice);
  });
  let index = best.reduce((top, { weight }, at) => (weight > (best[top]?.weight ?? 0) ? at : top), 0);
  const staying = new Set<number>();
  while (index >= 0) {
    staying.add(index);
    index = best[index]?.previous ?? -1;
  }
  return linked.filter((_, at) => !staying.has(at));
}
