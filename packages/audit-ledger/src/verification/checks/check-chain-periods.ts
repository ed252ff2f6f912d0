import type { Period } from '../../time/period.ts';
import { timeIn } from '../../ledger/chain-times.ts';
import type { LedgerCheck } from '../check.ts';

/**
 * A bundle has the chains of this time around its period too: another chain can hold the end of a call of the period, and
 * the log over the chains is copied by whole days.
 */
const AROUND_IN_MS = 2 * 86_400_000;

/**
 * Checks that each chain of a bundle was written to in the bundle's period, or in two days around it. A chain begins at the
 * time in its name, and was last written to when its last entry says.
 * @param logged the writers of the chains that the transparency log of the period names, which belong to it anyway.
 */
export function checkChainPeriods({ from, to }: Period, logged: ReadonlySet<string>): LedgerCheck {
  let lastAt: number | undefined;
  return {
    beginChain() {
      lastAt = undefined;
    },
    pass({ scan }) {
      lastAt = Date.parse(scan.lastTime);
    },
    visit(lines) {
      for (const { entry } of lines) if (entry) lastAt = Date.parse(entry.time);
    },
    *endChain({ writer }) {
      const isLater = timeIn(writer) >= to.getTime() + AROUND_IN_MS;
      const isEarlier = lastAt !== undefined && lastAt < from.getTime() - AROUND_IN_MS;
      if ((isLater || isEarlier) && !logged.has(writer))
        yield {
          kind: 'bundle-file',
          writer,
          message: `The chain of ${writer} is not of the bundle's period: nothing was written to it then.`,
        };
    },
  };
}
