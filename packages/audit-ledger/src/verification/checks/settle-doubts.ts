import type { LedgerChain } from '../../ledger/ledger-reader.ts';
import { closingKey } from '../call-identity.ts';
import type { CheckedChain } from '../check.ts';
import type { Suspects } from '../open-calls.ts';
import type { HashedPlace } from '../record-place.ts';
import { closes, isNamedBy, type Reference } from '../references.ts';
import type { EvidenceReader } from '../vouching/evidence-reader.ts';

/** A closing with its place. */
interface PlacedClosing extends HashedPlace {
  /** The id of its record. */
  readonly id: string;
}

/** The doubts that a first reading leaves. */
export interface Doubts {
  /** The keys of closings that may be there twice. */
  readonly suspects: Suspects['keys'];
  /** The openings without a closing, by the id of their record. */
  readonly orphans: ReadonlyMap<string, HashedPlace>;
  /** The closings that name an entry which was not met. */
  readonly references: ReadonlySet<Reference>;
}

/** The entries that settle the doubts. */
export interface SettledDoubts {
  /** The first two closings of each call that is closed twice. */
  readonly repeated: readonly (readonly [PlacedClosing, PlacedClosing])[];
  /** The ids of openings that are closed after all. */
  readonly closed: ReadonlySet<string>;
  /** The closings whose entry is there after all. */
  readonly met: ReadonlySet<Reference>;
}

/**
 * Reads chains for the entries that settle doubts. Inserted lines are left out, because they are findings already.
 * @param chains the chains that may hold such entries.
 * @param read the chains that were read before, with their faults.
 * @throws what the reader throws.
 */
export async function settleDoubts(
  reader: EvidenceReader,
  chains: AsyncIterable<LedgerChain>,
  read: ReadonlyMap<string, CheckedChain>,
  { suspects, orphans, references }: Doubts,
): Promise<SettledDoubts> {
  const found = new Map<string, [first: PlacedClosing, second?: PlacedClosing]>();
  const closed = new Set<string>();
  const met = new Set<Reference>();
  const named = Map.groupBy(references, ({ call }) => call.recovered?.hash ?? call.corrects ?? '');
  for await (const chain of chains) {
    const { writer } = chain;
    const inserted = insertedIn(read.get(writer));
    const { founding, lines: all } = await reader.open(chain);
    if (founding === 'young') continue;
    for await (const lines of all)
      for (const { entry, call, hash, place, isEvidence } of lines) {
        if (!entry || !call || !isEvidence || inserted.has(`${place.part}.${place.line}`)) continue;
        const at = { writer, sequence: entry.sequence, hash, ...place };
        const kind = entry.kind === 'opening' ? 'opening' : 'closing';
        for (const reference of named.get(hash) ?? [])
          if (isNamedBy(reference, kind, call, at)) met.add(reference);
        if (kind === 'opening') continue;
        const orphan = orphans.get(call.id);
        if (orphan && closes({ call, closing: at }, orphan)) closed.add(call.id);
        const key = closingKey(call);
        if (!suspects.has(key)) continue;
        const known = found.get(key);
        if (known) known[1] ??= { id: call.id, ...at };
        else found.set(key, [{ id: call.id, ...at }]);
      }
  }
  const repeated = [...found.values()].flatMap(([first, second]) =>
    second ? [[first, second] as const] : [],
  );
  return { repeated, closed, met };
}

function insertedIn(chain: CheckedChain | undefined): ReadonlySet<string> {
  const faults = chain?.faults.filter(({ kind }) => kind === 'inserted') ?? [];
  return new Set(faults.map(({ place: { part, line } }) => `${part}.${line}`));
}
