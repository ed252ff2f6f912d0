import type { LedgerCheck } from '../check.ts';
import type { ChainLine } from '../read-chain.ts';
import type { ReadEntry } from '../read-entry.ts';

/**
 * Counts the parts, their bytes, the entries that count, and the calls that did not show that API Management made them.
 * It finds nothing wrong.
 */
export function countEntries(): LedgerCheck {
  const sum = { parts: 0, entries: 0, young: 0, bytes: 0, unverified: 0 };
  const countUnverified = (lines: readonly ChainLine[]): void => {
    for (const { entry } of lines)
      if (entry?.kind === 'unverified') sum.unverified += readCalls(entry.members);
  };
  return {
    beginChain({ parts }) {
      sum.parts += parts.length;
    },
    pass({ lines, bytes, shown }) {
      sum.bytes += bytes;
      sum.entries += lines;
      countUnverified(shown);
    },
    inspect(lines) {
      for (const { bytes } of lines) sum.bytes += bytes;
    },
    visit(lines, { founding }) {
      sum.entries += lines.length;
      if (founding === 'young') sum.young += lines.length;
      countUnverified(lines);
    },
    counts: () => sum,
  };
}

/** Reads the number of calls of an unverified entry; 0 where it is no positive whole number. */
function readCalls({ calls }: ReadEntry['members']): number {
  return typeof calls === 'number' && Number.isSafeInteger(calls) && calls > 0 ? calls : 0;
}
