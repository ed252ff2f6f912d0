import { indexAnchors, namesEntry } from '../anchors.ts';
import type { LedgerCheck } from '../check.ts';
import type { Anchor } from '../evidence.ts';

/** Checks that every anchor names an entry, and counts those of the chains that are read. */
export function checkAnchors(anchors: readonly Anchor[]): LedgerCheck {
  const index = indexAnchors(anchors);
  let count = 0;
  return {
    *begin() {
      for (const anchor of anchors)
        if (!namesEntry(anchor))
          yield {
            kind: 'contradicts-ledger',
            message: 'Application Insights has an anchor that names no entry of the ledger.',
          };
    },
    beginChain({ writer }) {
      count += index.get(writer)?.size ?? 0;
      return undefined;
    },
    counts: () => ({ anchors: count }),
  };
}
