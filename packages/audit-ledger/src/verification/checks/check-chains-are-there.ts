import type { LedgerChain } from '../../ledger/ledger-reader.ts';
import type { AnchorIndex } from '../anchors.ts';
import type { LedgerCheck } from '../check.ts';

/**
 * Checks that the ledger has every chain that an anchor or a cursor names.
 * @param chains the chains of the days on which those began.
 */
export function checkChainsAreThere(
  chains: readonly LedgerChain[],
  anchors: AnchorIndex,
  cursors: ReadonlyMap<string, number> | undefined,
): LedgerCheck {
  return {
    *begin() {
      const there = new Set(chains.map(({ writer }) => writer));
      const named = new Set([...anchors.keys(), ...(cursors?.keys() ?? [])]);
      for (const writer of named) {
        if (there.has(writer)) continue;
        const by = anchors.has(writer) ? 'an anchor names it' : 'records of it were shipped';
        yield {
          kind: 'chain-changed',
          writer,
          message: `The whole chain of ${writer} is missing from the ledger, but ${by}.`,
        };
      }
    },
  };
}
