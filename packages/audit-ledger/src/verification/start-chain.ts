import type { LedgerChain } from '../ledger/ledger-reader.ts';
import type { CheckedChain } from './check.ts';
import type { ChainLine } from './read-chain.ts';
import type { SealedStretch } from './scanning/read-sealed.ts';
import type { Founding } from './vouching/evidence-reader.ts';

/** Starts a chain, of which no line was looked at yet. */
export function startChain(
  chain: LedgerChain,
  shipped: number | undefined,
  founding: Founding,
): CheckedChain {
  const nothing = { last: -1, lastVouched: -1, endedAt: undefined, faults: [], isShattered: false };
  return { ...chain, shipped, founding, ...nothing };
}

/** Notes the last sequences and the end of a chain from further lines. */
export function noteLines(chain: CheckedChain, lines: readonly ChainLine[]): void {
  for (const { entry, isEvidence } of lines) {
    if (!entry) continue;
    chain.last = Math.max(chain.last, entry.sequence);
    if (!isEvidence) continue;
    chain.lastVouched = Math.max(chain.lastVouched, entry.sequence);
    if (entry.kind === 'end') chain.endedAt = entry.time;
  }
}

/** Notes the last sequences and the end of a chain from a stretch. */
export function noteStretch(chain: CheckedChain, { scan: { last }, shown }: SealedStretch): void {
  noteLines(chain, shown);
  chain.last = Math.max(chain.last, last);
  chain.lastVouched = Math.max(chain.lastVouched, last);
}
