import type { Fault, SortedPieces } from './fault.ts';
import { isSegment } from './segments.ts';

/** Finds the fault after the last run: half a line, or entries that witnesses know and that are not there. */
export function findEarlyEnd({ spine, strays, explained, witnesses }: SortedPieces): Fault[] {
  const final = spine.at(-1);
  if (!final) return [];
  const lastWritten = witnesses.lastWritten();
  const after = strays.filter(({ order }) => order > final.lastOrder);
  const [stray] = after;
  const half = after.find((one) => !isSegment(one) && !one.isWhole);
  const first = final.last + 1;
  const last = Math.max(lastWritten, first);
  if (half) {
    explained.add(half);
    return [{ kind: 'truncated', first, last, place: half.start }];
  }
  if (lastWritten <= final.last) return [];
  for (const one of after) explained.add(one);
  if (stray) return [{ kind: 'altered', first, last, place: stray.start }];
  const { part, line } = final.end.end;
  return [{ kind: 'truncated', first, last, place: { part: Math.max(part, 1), line: line + 1 } }];
}
