import { isNamed } from '../chain-faults/fault.ts';
import type { LedgerCheck } from '../check.ts';
import { nameEntries, type Place } from '../finding.ts';

/**
 * Checks that nothing but its seal follows on the end of a chain, where no key is at hand to tell what counts. Of a chain
 * whose seals are known nothing counts after the end. A fault of the chain that names it already is enough.
 */
export function checkAfterEnd(): LedgerCheck {
  let end = Infinity;
  let newest = -1;
  let after: { readonly first: number; last: number; readonly place: Place } | undefined;
  return {
    beginChain() {
      end = Infinity;
      newest = -1;
      after = undefined;
    },
    visit(lines) {
      for (const { entry, place } of lines) {
        if (!entry) continue;
        const { sequence, kind } = entry;
        const isItsSeal = kind === 'seal' && sequence === end + 1;
        if (sequence > end && !isItsSeal) {
          after ??= { first: sequence, last: sequence, place };
          after.last = Math.max(after.last, sequence);
        }
        if (kind === 'end' && sequence > newest) end = Math.min(end, sequence);
        newest = Math.max(newest, sequence);
      }
    },
    *endChain({ writer, faults }) {
      if (!after || isNamed(faults, after.first, after.place)) return;
      const { first, last, place } = after;
      yield {
        kind: 'chain-changed',
        writer,
        sequence: first,
        ...(first !== last && { lastSequence: last }),
        ...place,
        message: `The chain of ${writer} ended with entry ${end}, but ${nameEntries(first, last)} ${first === last ? 'follows' : 'follow'}: no gateway goes on after the end.`,
      };
    },
  };
}
