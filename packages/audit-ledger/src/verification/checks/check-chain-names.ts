import { hasImpossibleName } from '../../ledger/chain-times.ts';
import type { LedgerCheck } from '../check.ts';

/** Checks that a gateway can have named each chain. */
export function checkChainNames(): LedgerCheck {
  return {
    *beginChain(chain) {
      const { writer } = chain;
      if (hasImpossibleName(chain))
        yield {
          kind: 'unvouched',
          writer,
          message: `No gateway wrote the chain of ${writer}: by its name it began at a time that was not, or after its end.`,
        };
    },
  };
}
