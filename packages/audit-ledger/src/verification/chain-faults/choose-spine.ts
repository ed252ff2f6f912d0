import type { ChainWitnesses } from './fault.ts';
import type { Run } from './link-segments.ts';

/**
 * Chooses the runs that are taken for the chain, in its order: those that overlap neither in sequence nor in place, with
 * as many entries as possible.
 * @param runs the first one begins the chain.
 */
export function chooseSpine(runs: readonly Run[], witnesses: ChainWitnesses): readonly Run[] {
  return withoutStrayEnd(chooseRuns(runs), witnesses);
}

function chooseRuns(runs: readonly Run[]): readonly Run[] {
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
function withoutStrayEnd(spine: readonly Run[], witnesses: ChainWitnesses): readonly Run[] {
  const end = spine.findIndex(({ isEnd }) => isEnd);
  const kept = end === -1 ? spine : spine.slice(0, end + 1);
  const [before, final] = kept.slice(-2);
  if (!before || !final || kept.length < 2 || final.count > 1) return kept;
  const last = witnesses.lastWritten();
  const isRuledOut = final.first > before.last + 1 && last > before.last && last < final.first;
  return isRuledOut ? kept.slice(0, -1) : kept;
}
