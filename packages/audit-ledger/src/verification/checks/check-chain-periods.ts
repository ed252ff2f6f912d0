import type { Period } from '../../time/period.ts';
import { MOST_CLOCK_ERROR_IN_MS, startOf } from '../chain-times.ts';
import type { LedgerCheck } from '../check.ts';

/** Another chain can hold the end of a call of the period for this time after the period. */
const AFTERWARDS_IN_MS = 86_400_000;

/**
 * Checks that each chain of a bundle was written to in the bundle's period, or in the day after. A chain begins at the time
 * in its name, and was last written to when its last entry says.
 */
export function checkChainPeriods({ from, to }: Period): LedgerCheck {
  let lastAt: number | undefined;
  return {
    beginChain() {
      lastAt = undefined;
    },
    visit(lines) {
      for (const { entry } of lines) if (entry) lastAt = Date.parse(entry.time);
    },
    *endChain({ writer }) {
      const isLater = startOf(writer) >= to.getTime() + AFTERWARDS_IN_MS;
      const isEarlier = lastAt !== undefined && lastAt < from.getTime() - MOST_CLOCK_ERROR_IN_MS;
      if (isLater || isEarlier)
        yield {
          kind: 'bundle-file',
          writer,
          message: `The chain of ${writer} is not of the bundle's period: nothing was written to it then.`,
        };
    },
  };
}
