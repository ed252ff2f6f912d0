import { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { listByDay } from '../ledger/list-by-day.ts';
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

/** An erasure has a chain of its own, which is written whole and takes fewer bytes. */
const MOST_ERASURE_BYTES = 64 * 1024;

/**
 * Finds the last erasure of a data subject on the ledger; undefined where there is none. It lists a day at a time, newest
 * first, no day before that of the erasure, and looks into the first bytes of each chain.
 * @param subject its pseudonym.
 * @throws what the readers throw.
 */
export async function findErasure(
  ledger: Pick<LedgerReader, 'listDay' | 'listDays'>,
  read: ReadBelieved,
  subject: string,
): Promise<ErasureEntry | undefined> {
  for await (const chains of listByDay(ledger, (days) => days.toReversed())) {
    let found: ErasureEntry | undefined;
    for (const chain of chains)
      for await (const line of read(chain, subject, MOST_ERASURE_BYTES))
        found = readErasure(line, subject) ?? found;
    if (found) return found;
  }
  return undefined;
}

function readErasure({ entry: members, place }: PlacedLine, subject: string): ErasureEntry | undefined {
  if (members?.kind !== 'erasure') return undefined;
  const { data: entry } = LedgerEntry.safeParse(members);
  if (entry?.kind !== 'erasure' || entry.subject !== subject) return undefined;
  return { ...place, time: entry.time, reason: entry.reason };
}
