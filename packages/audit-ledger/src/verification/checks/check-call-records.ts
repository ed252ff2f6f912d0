import { isNamed } from '../chain-faults/fault.ts';
import type { LedgerCheck } from '../check.ts';
import type { Place } from '../finding.ts';
import { isOfCall } from '../read-chain.ts';

const MOST_UNREADABLE = 1_000;

/** Checks that openings and closings hold a record of their call, unless a fault of the chain names them already. */
export function checkCallRecords(): LedgerCheck {
  let unreadable: { readonly sequence: number; readonly place: Place }[] = [];
  return {
    beginChain() {
      unreadable = [];
    },
    visit(lines) {
      for (const { entry, call, place } of lines)
        if (entry && isOfCall(entry) && !call && unreadable.length < MOST_UNREADABLE)
          unreadable.push({ sequence: entry.sequence, place });
    },
    *endChain({ writer, faults }) {
      for (const { sequence, place } of unreadable)
        if (!isNamed(faults, sequence, place))
          yield {
            kind: 'unreadable',
            writer,
            sequence,
            ...place,
            message: `Entry ${sequence} of ${writer} is of a call, but holds no record of it that this verifier can read.`,
          };
    },
  };
}
