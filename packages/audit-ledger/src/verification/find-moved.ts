import type { Segment } from './segments.ts';

/** Of segments in the order of their links, those that stand elsewhere: as few entries as explain the order. */
export function findMoved(linked: readonly Segment[]): Segment[] {
  if (linked.every(({ order }, index) => index === 0 || order > (linked[index - 1]?.order ?? -1))) return [];
  // The heaviest part of them that stands in order stays where it is.
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
