import type { CheckedChain, LedgerCheck } from '../check.ts';
import { type Finding, nameEntries, type Place } from '../finding.ts';

/** Entries in a row that nothing vouches for. */
interface Stretch {
  first: number;
  last: number;
  readonly place: Place;
}

/** The most stretches of a chain that are told apart. Those beyond count as one with the last. */
const MOST_STRETCHES = 1_000;

/**
 * Checks that each chain is founded, and that its seals vouch for all of its entries, because a forged chain or end of a
 * chain links as well as a genuine one. The audit key signs a chain within a second, and each block of a chain ends with
 * a seal, so a genuine chain has no entry that nothing vouches for.
 */
export function checkVouching(): LedgerCheck {
  let entries = 0;
  let stretches: Stretch[] = [];
  let isInStretch = false;
  return {
    beginChain() {
      entries = 0;
      stretches = [];
      isInStretch = false;
    },
    inspect(lines) {
      for (const { entry, isEvidence, place } of lines) {
        if (!entry) continue;
        entries += 1;
        const last = stretches.at(-1);
        if (isEvidence) isInStretch = false;
        else if (last && (isInStretch || stretches.length >= MOST_STRETCHES)) {
          last.first = Math.min(last.first, entry.sequence);
          last.last = Math.max(last.last, entry.sequence);
        } else {
          stretches.push({ first: entry.sequence, last: entry.sequence, place });
          isInStretch = true;
        }
      }
    },
    *endChain(chain) {
      const { writer, founding } = chain;
      if (founding === 'unfounded')
        yield {
          kind: 'unvouched',
          writer,
          message: `Nothing shows that a gateway wrote the chain of ${writer}: the audit key signed none of its checkpoints, so none of its ${entries} entries counts.`,
        };
      else for (const stretch of stretches) yield describe(chain, stretch);
    },
  };
}

function describe({ writer, lastVouched, endedAt }: CheckedChain, { first, last, place }: Stretch): Finding {
  const entries = `${nameEntries(first, last)} of ${writer}`;
  const why =
    first <= lastVouched
      ? 'no seal that fits covers it'
      : endedAt === undefined
        ? `the last seal that fits covers the entries up to ${lastVouched}`
        : `the chain has ended with entry ${lastVouched}`;
  return {
    kind: 'unvouched',
    writer,
    sequence: first,
    ...(first !== last && { lastSequence: last }),
    ...place,
    message: `Nothing vouches for ${entries}: ${why}. Somebody put that there, and it does not count.`,
  };
}
