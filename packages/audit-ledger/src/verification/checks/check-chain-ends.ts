import type { LedgerChain, LedgerReader } from '../../ledger/ledger-reader.ts';
import type { LedgerCheck } from '../check.ts';
import { describeUnknown } from './describe-shipped.ts';

/**
 * Checks that no shipped record lies beyond the end of its chain, unless the chain has changed in size since it was
 * read. A chain whose process ended it can't have been cut there, so that the record is none of the ledger's.
 * @param beyond the highest sequences of such records, by the writers of their chains, once all chains are read.
 */
export function checkChainEnds(
  reader: LedgerReader,
  beyond: ReadonlyMap<string, number>,
  abortSignal: AbortSignal | undefined,
): LedgerCheck {
  return {
    async *finish(read) {
      if (beyond.size === 0) return;
      const { chains } = await reader.list(abortSignal);
      const sizes = new Map(chains.map((chain) => [chain.writer, sizeOf(chain)]));
      for (const [writer, lastSequence] of beyond) {
        const chain = read.get(writer);
        if (!chain || sizes.get(writer) !== sizeOf(chain)) continue;
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

function sizeOf({ parts }: LedgerChain): number {
  return parts.reduce((total, { bytes }) => total + bytes, 0);
}
