import { WriterName } from '../../ledger/ledger-entry.ts';
import type { LedgerCheck } from '../check.ts';
import type { ReadEntry } from '../read-entry.ts';

/** The check of refusals, which also tells what was refused, once all chains are read. */
export interface RefusalCheck extends LedgerCheck {
  /** Tells whether Application Insights refused an entry for good, by a refusal in any chain. */
  isRefused(entry: { readonly writer: string; readonly sequence: number }): boolean;
}

interface Refusal {
  /** The writer of the refused entry. */
  readonly writer: string;
  readonly sequence: number;
  readonly status: number;
}

/** Names the records that Application Insights refused for good. */
export function checkRefusals(): RefusalCheck {
  const refused = new Map<string, Set<number>>();
  return {
    *visit(lines, { writer: by, founding }) {
      // A young chain may still turn out to be made up, so it excuses nothing.
      if (founding === 'young') return;
      for (const { entry, place } of lines) {
        const refusal = entry?.kind === 'refusal' ? readRefusal(entry, by) : undefined;
        if (!refusal) continue;
        const { writer, sequence, status } = refusal;
        const known = refused.get(writer) ?? new Set<number>();
        refused.set(writer, known.add(sequence));
        yield {
          kind: 'refused',
          writer,
          sequence,
          // The place is that of the refusal, which is given only if it is in the same chain.
          ...(writer === by && place),
          message: `Application Insights refused the record of entry ${sequence} of ${writer} for good, with status ${status}; it is in the ledger alone.`,
        };
      }
    },
    isRefused: ({ writer, sequence }) => refused.get(writer)?.has(sequence) === true,
  };
}

/** Reads a refusal; undefined where it names no entry. @param by the writer of the refusal. */
function readRefusal({ members }: ReadEntry, by: string): Refusal | undefined {
  const { refused: sequence, refusedWriter: writer = by, status } = members;
  if (typeof sequence !== 'number' || typeof status !== 'number' || typeof writer !== 'string')
    return undefined;
  const isEntry = Number.isSafeInteger(sequence) && sequence >= 0 && WriterName.safeParse(writer).success;
  return isEntry ? { writer, sequence, status } : undefined;
}
