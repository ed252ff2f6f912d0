import type { LedgerCheck } from '../check.ts';
import { describeUnknown } from './describe-shipped.ts';

/**
 * Checks that no shipped record lies beyond the end of its chain. A chain whose process ended it can't have been cut
 * there, so that the record is none of the ledger's.
 * @param beyond the highest sequences of such records, by the writers of their chains, once all chains are read.
 */
export function checkChainEnds(beyond: ReadonlyMap<string, number>): LedgerCheck {
  return {
    *finish(read) {
      for (const [writer, lastSequence] of beyond) {
        const chain = read.get(writer);
        if (!chain) continue;
        const { last, faults, endedAt } = chain;
        if (endedAt !== undefined) {
          yield describeUnknown({ writer, sequence: lastSequence });
          continue;
        }
        if (faults.some(({ kind }) => kind === 'truncated')) continue;
        yield {
          kind: 'truncated',
          writer,
          sequence: last + 1,
          ...(lastSequence > last + 1 && { lastSequence }),
          message: `The chain of ${writer} is truncated after entry ${last}: Application Insights has records up to entry ${lastSequence}.`,
        };
      }
    },
  };
}
