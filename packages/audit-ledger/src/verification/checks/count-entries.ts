import type { LedgerCheck } from '../check.ts';
import type { ReadEntry } from '../read-entry.ts';

/** Counts the parts, the entries, their bytes, and the calls that nobody vouched for. It finds nothing wrong. */
export function countEntries(): LedgerCheck {
  const sum = { parts: 0, entries: 0, bytes: 0, unverified: 0 };
  return {
    beginChain({ parts }) {
      sum.parts += parts.length;
    },
    visit(lines) {
      sum.entries += lines.length;
      for (const { bytes, entry } of lines) {
        sum.bytes += bytes;
        if (entry?.kind === 'unverified') sum.unverified += readCalls(entry.members);
      }
    },
    counts: () => sum,
  };
}

/** Reads the number of calls of an unverified entry; 0 where it is no positive whole number. */
function readCalls({ calls }: ReadEntry['members']): number {
  return typeof calls === 'number' && Number.isSafeInteger(calls) && calls > 0 ? calls : 0;
}
