import type { Fault, SortedPieces } from './fault.ts';
import { isSegment, type Piece, type Segment } from './segments.ts';

/**
 * Finds the faults between runs. It goes from the end to the beginning, because each entry vouches for the one before.
 */
export function findBreaks({ spine, strays, explained, witnesses }: SortedPieces): Fault[] {
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
        witnesses.hashOf(run.last) === run.end.hash ||
        (next.count === 1 && isContradicted(witnesses.hashOf(next.first), next.end.hash));
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
    for (const stray of between) explained.add(stray);
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
