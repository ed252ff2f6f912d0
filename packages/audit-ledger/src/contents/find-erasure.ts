import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { LedgerEntry, hashEntry } from '../ledger/ledger-entry.ts';
import { readLines } from '../ledger/read-lines.ts';

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
 * @throws what the reader throws.
 */
export async function findErasure(ledger: LedgerReader, subject: string): Promise<ErasureEntry | undefined> {
  const { chains } = await ledger.list();
  let found: ErasureEntry | undefined;
  for (const { writer, parts } of chains)
    for (const { part } of parts)
      for await (const lines of readLines(ledger, writer, { part }))
        for (const { text, isWhole } of lines)
          if (isWhole && text.includes(subject)) found = readErasure(text, writer, subject) ?? found;
  return found;
}

function readErasure(line: Buffer, writer: string, subject: string): ErasureEntry | undefined {
  try {
    const entry = LedgerEntry.parse(JSON.parse(line.toString('utf8')));
    if (entry.kind !== 'erasure' || entry.writer !== writer || entry.subject !== subject) return undefined;
    const { sequence, time, reason } = entry;
    return { writer, sequence, hash: hashEntry(line), time, reason };
  } catch {
    // Lines that are no entries are reported by audit:verify.
    return undefined;
  }
}
