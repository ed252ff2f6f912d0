import { namesEntry } from '../anchors.ts';
import type { LedgerCheck } from '../check.ts';
import type { Anchor } from '../evidence.ts';

/** Checks that every anchor names an entry. */
export function checkAnchors(anchors: readonly Anchor[]): LedgerCheck {
  return {
    *begin() {
      for (const anchor of anchors)
        if (!namesEntry(anchor))
          yield {
            kind: 'contradicts-ledger',
            message: 'Application Insights has an anchor that names no entry of the ledger.',
          };
    },
  };
}
