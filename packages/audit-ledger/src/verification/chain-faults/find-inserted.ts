import type { Fault, SortedPieces } from './fault.ts';
import type { Run } from './link-segments.ts';
import type { Piece } from './segments.ts';

/** Finds the pieces that were put in: the strays that no other fault explains. */
export function findInserted({ spine, strays, explained }: SortedPieces): Fault[] {
  return strays.filter((stray) => !explained.has(stray)).map((stray) => asInserted(stray, spine));
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
