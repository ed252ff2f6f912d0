import type { ChainWitnesses } from '../chain-faults/fault.ts';
import { findChainFaults } from '../chain-faults/find-chain-faults.ts';
import { createSegments } from '../chain-faults/segments.ts';
import type { LedgerCheck } from '../check.ts';
import { describeFault } from './describe-fault.ts';

/** Checks that each entry names the hash of the one before it, and notes the faults of the chain. */
export function checkLines(witnesses: ChainWitnesses): LedgerCheck {
  let segments = createSegments();
  return {
    beginChain() {
      segments = createSegments();
    },
    pass(stretch) {
      segments.addStretch(stretch);
    },
    inspect(lines) {
      for (const line of lines) segments.add(line);
    },
    *endChain(chain) {
      const { writer, parts } = chain;
      const pieces = segments.pieces();
      chain.isShattered = segments.areTooMany();
      if (chain.isShattered) {
        const place = pieces.at(-1)?.start ?? { part: 1, line: 1 };
        yield {
          kind: 'unreadable',
          writer,
          ...place,
          message: `The chain of ${writer} is broken in so many places that they can no longer be told apart.`,
        };
        return;
      }
      chain.faults = findChainFaults(pieces, witnesses);
      const numbers = new Set(parts.map(({ part }) => part));
      for (const fault of chain.faults) yield describeFault(writer, fault, numbers);
    },
  };
}
