import type { LedgerCheck } from '../check.ts';
import { type Finding, nameEntries } from '../finding.ts';
import type { Contradiction, Witnesses } from '../witnesses.ts';

/**
 * Checks that the entries have the hashes by which anchors and signatures know them. Entries of a shattered chain are
 * left out, because their finding says enough.
 */
export function checkHashes(witnesses: Witnesses): LedgerCheck {
  return {
    beginChain(chain) {
      witnesses.begin(chain);
    },
    pass(stretch) {
      witnesses.seeStretch(stretch);
    },
    inspect(lines) {
      for (const { entry, hash, place } of lines) if (entry) witnesses.see(entry.sequence, hash, place);
    },
    *endChain({ writer, faults, isShattered }) {
      if (isShattered) return;
      for (const contradiction of witnesses.contradictions(faults)) yield describe(writer, contradiction);
    },
  };
}

function describe(writer: string, { first, last, place }: Contradiction): Finding {
  const where = { writer, sequence: first, ...(first !== last && { lastSequence: last }), ...place };
  return first === last
    ? {
        kind: 'chain-changed',
        ...where,
        message: `Entry ${first} of ${writer} was altered: an anchor or signature knows it by another hash.`,
      }
    : {
        kind: 'chain-changed',
        ...where,
        message:
          `The chain of ${writer} was rewritten: one of the ${nameEntries(first, last)} was changed and all hashes from ` +
          `there on were made anew, but an anchor or signature knows entry ${last} by another hash.`,
      };
}
