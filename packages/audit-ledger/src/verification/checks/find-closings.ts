import type { LedgerChain, LedgerReader } from '../../ledger/ledger-reader.ts';
import { readLines } from '../../ledger/read-lines.ts';
import { closingKey, readCallIdentity } from '../call-identity.ts';
import type { CheckedChain } from '../check.ts';
import type { RecordPlace } from '../open-calls.ts';
import { readEntry } from '../read-entry.ts';

/** A closing with its place. */
interface PlacedClosing extends RecordPlace {
  /** The id of its record. */
  readonly id: string;
}

/** The closings that settle the doubts of a first reading. */
export interface ClosingPlaces {
  /** The first two closings of each call that is closed twice. */
  readonly repeated: readonly (readonly [PlacedClosing, PlacedClosing])[];
  /** The ids of openings that are closed after all. */
  readonly closed: ReadonlySet<string>;
}

/** All chains of a ledger, and their reader. */
interface WholeLedger {
  readonly reader: LedgerReader;
  readonly chains: readonly LedgerChain[];
  readonly abortSignal: AbortSignal | undefined;
}

/**
 * Reads all chains for closings of suspects and orphans. Inserted lines are left out, because they are findings already.
 * @param read the chains that were read before, with their faults.
 * @param suspects the keys of closings that may be there twice.
 * @param orphans the openings without a closing, by the id of their record.
 * @throws what the reader throws.
 */
export async function findClosings(
  { reader, chains, abortSignal }: WholeLedger,
  read: ReadonlyMap<string, CheckedChain>,
  suspects: ReadonlySet<string>,
  orphans: ReadonlyMap<string, unknown>,
): Promise<ClosingPlaces> {
  const found = new Map<string, [first: PlacedClosing, second?: PlacedClosing]>();
  const closed = new Set<string>();
  for (const { writer, parts } of chains) {
    const inserted = insertedIn(read.get(writer));
    for (const { part, bytes } of parts) {
      let line = 0;
      for await (const lines of readLines(reader, writer, { part, bytes }, abortSignal))
        for (const { text } of lines) {
          line += 1;
          const entry = readEntry(text, writer);
          if (entry?.kind !== 'closing' || inserted.has(`${part}.${line}`)) continue;
          const call = readCallIdentity(entry.members);
          if (!call) continue;
          if (orphans.has(call.id)) closed.add(call.id);
          const key = closingKey(call);
          if (!suspects.has(key)) continue;
          const closing = { id: call.id, writer, sequence: entry.sequence, part, line };
          const known = found.get(key);
          if (known) known[1] ??= closing;
          else found.set(key, [closing]);
        }
    }
  }
  const repeated = [...found.values()].flatMap(([first, second]) =>
    second ? [[first, second] as const] : [],
  );
  return { repeated, closed };
}

function insertedIn(chain: CheckedChain | undefined): ReadonlySet<string> {
  const faults = chain?.faults.filter(({ kind }) => kind === 'inserted') ?? [];
  return new Set(faults.map(({ place: { part, line } }) => `${part}.${line}`));
}
