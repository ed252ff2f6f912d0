import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { FlatRecord } from '../record/record-schema.ts';
import type { ReadBelieved } from './read-believed.ts';

/** A stream lasts up to half an hour, and the clocks of two machines differ by less than the other half. */
const MARGIN_IN_MS = 60 * 60_000;

/**
 * Finds the record of this id on the ledger, in its last revision; undefined where there is none. @throws what the
 * readers throw.
 */
export async function findRecord(
  ledger: Pick<LedgerReader, 'list'>,
  read: ReadBelieved,
  id: string,
): Promise<FlatRecord | undefined> {
  const time = readTime(id);
  const { chains } = await ledger.list();
  let found: FlatRecord | undefined;
  for (const chain of chains.filter((one) => canHold(one, time)))
    for await (const { entry } of read(chain, id)) {
      const record = entry?.kind === 'closing' ? FlatRecord.safeParse(entry.record).data : undefined;
      if (record?.id === id && (record.revision ?? 0) >= (found?.revision ?? 0)) found = record;
    }
  return found;
}

/** Tells whether a chain was being written around the time of the record. */
function canHold({ writer, parts }: LedgerChain, time: number): boolean {
  const modifiedAt = parts.at(-1)?.modifiedAt.getTime() ?? 0;
  return readTime(writer) <= time + MARGIN_IN_MS && modifiedAt >= time - MARGIN_IN_MS;
}

/** Reads the time of a name such as `20261122T210150123Z-…`, in milliseconds since the epoch; NaN for another form. */
function readTime(name: string): number {
  const [, date = '', hours = '', minutes = '', seconds = ''] =
    /^(\d{8})T(\d{2})(\d{2})(\d{5})Z-/.exec(name) ?? [];
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  return Date.parse(`${day}T${hours}:${minutes}:${seconds.slice(0, 2)}.${seconds.slice(2)}Z`);
}
