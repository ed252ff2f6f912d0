import type { Fault } from '../chain-faults/fault.ts';
import { type Finding, type FindingKind, nameEntries } from '../finding.ts';

/** The kinds of findings by the kinds of faults. */
const KINDS: Readonly<Record<Fault['kind'], FindingKind>> = {
  removed: 'chain-changed',
  altered: 'chain-changed',
  reordered: 'chain-changed',
  inserted: 'chain-changed',
  truncated: 'truncated',
  unreadable: 'unreadable',
};

/** Describes a fault in a sentence. @param parts the numbers of the chain's parts. */
export function describeFault(
  writer: string,
  { kind, first, last, place }: Fault,
  parts: ReadonlySet<number>,
): Finding {
  const entries = nameEntries(first, last);
  const [were, what] = first === last ? ['was', `Entry ${first}`] : ['were', `Entries ${first} to ${last}`];
  const where = {
    kind: KINDS[kind],
    writer,
    sequence: first,
    ...(first !== last && { lastSequence: last }),
    ...place,
  };
  const atLine = `at line ${place.line} of part ${place.part}`;
  switch (kind) {
    case 'removed': {
      const isPart = !parts.has(place.part - 1) && place.part > 1 && place.line === 1;
      const part = isPart ? `, with the whole of part ${place.part - 1}` : '';
      return {
        ...where,
        message: `${what} of ${writer} ${were} removed${part}: the entry ${atLine} follows on entry ${last}, which is not there.`,
      };
    }
    case 'altered':
      return {
        ...where,
        message: `${what} of ${writer} ${were} altered: what stands ${atLine} is not what the entries around it vouch for.`,
      };
    case 'reordered':
      return {
        ...where,
        message: `${what} of ${writer} ${were} moved: ${first === last ? 'it stands' : 'they stand'} ${atLine}, which is not the place that the hashes give.`,
      };
    case 'inserted':
      return {
        ...where,
        message: `Something was inserted into the chain of ${writer} before its ${entries}: no other entry vouches for what stands ${atLine}.`,
      };
    case 'truncated':
      return {
        ...where,
        message: `The chain of ${writer} is truncated ${atLine}: its ${entries} ${first === last ? 'is' : 'are'} not there as a whole.`,
      };
    case 'unreadable':
      return {
        ...where,
        message: `Entry ${first} of ${writer} is as it was written, but this verifier cannot read it; a newer one may.`,
      };
  }
}
