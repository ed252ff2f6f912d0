import type { LedgerCheck } from '../check.ts';

/**
 * Checks that the closings of each chain were shipped.
 * @param notBefore closings from this time on may still be shipped, and are counted.
 */
export function checkShipping(notBefore: Date): LedgerCheck {
  let unshipped = 0;
  let late = { count: 0, first: -1, last: -1 };
  return {
    beginChain() {
      late = { count: 0, first: -1, last: -1 };
    },
    visit(lines, { shipped = Infinity }) {
      for (const { entry, call } of lines) {
        if (!call || entry?.kind !== 'closing' || entry.sequence <= shipped) continue;
        if (new Date(entry.time) >= notBefore) unshipped += 1;
        else {
          late.count += 1;
          if (late.first === -1) late.first = entry.sequence;
          late.last = entry.sequence;
        }
      }
    },
    *endChain({ writer }) {
      const { count, first, last } = late;
      if (count === 0) return;
      const records = count === 1 ? 'One record was' : `${count} records were`;
      yield {
        kind: 'never-shipped',
        writer,
        sequence: first,
        ...(first !== last && { lastSequence: last }),
        message: `${records} never shipped to Application Insights, from entry ${first} of ${writer} on.`,
      };
    },
    counts: () => ({ unshipped }),
  };
}
