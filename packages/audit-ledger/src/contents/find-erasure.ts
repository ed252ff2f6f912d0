import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { PlacedLine } from '../shipping/place-lines.ts';
import type { ReadBelieved } from './read-believed.ts';

/** The entry of an erasure, with its place. */
export interface ErasureEntry {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
  readonly time: string;
  readonly reason: string;
}

/**
 * Finds the last erasure of a data subject on the ledger; undefined where there is none.
 * @param subject its pseudonym.
 * @throws what the readers throw.
 */
export async function findErasure(
  ledger: Pick<LedgerReader, 'list'>,
  read: ReadBelieved,
  subject: string,
): Promise<ErasureEntry | undefined> {
  const { chains } = await ledger.list();
  let found: ErasureEntry | undefined;
  for (const chain of chains)
    for await (const line of read(chain, subject)) found = readErasure(line, subject) ?? found;
  return found;
}

function readErasure({ entry: members, place }: PlacedLine, subject: string): ErasureEntry | undefined {
  if (members?.kind !== 'erasure') return undefined;
  const { data: entry } = LedgerEntry.safeParse(members);
  if (entry?.kind !== 'erasure' || entry.subject !== subject) return undefined;
  return { ...place, time: entry.time, reason: entry.reason };
}
