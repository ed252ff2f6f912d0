import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { listByDay } from '../ledger/list-by-day.ts';
import { dayNear } from '../ledger/part-names.ts';
import { FlatRecord } from '../record/record-schema.ts';
import { lastWrittenAt, timeIn } from '../ledger/chain-times.ts';
import type { ReadBelieved } from './read-believed.ts';

/** The entries of a call in some chains. */
interface CallEntries {
  /** True where the chain of the process that served the call is among them. */
  readonly hasOwn: boolean;
  /** The last revision of the record by that process. */
  readonly own: FlatRecord | undefined;
  /** The record that another process wrote, because that one was lost. */
  readonly recovered: FlatRecord | undefined;
}

/** A stream lasts up to half an hour, and the clocks of two machines differ by less than the other half. */
const MARGIN_IN_MS = 60 * 60_000;
/** The days with chains, after that of a call, in which a process can have begun that closed the call of a lost one. */
const DAYS_OF_RECOVERY = 3;

/**
 * Finds the record of this id on the ledger, in its last revision; undefined where there is none. A process that served
 * the call began before it, so days are listed from that of the call backwards, one at a time, until that process is
 * found. Later days are listed where it left the call open.
 * @throws what the readers throw.
 */
export async function findRecord(
  ledger: Pick<LedgerReader, 'listDay' | 'listDays'>,
  read: ReadBelieved,
  id: string,
): Promise<FlatRecord | undefined> {
  const time = timeIn(id);
  if (Number.isNaN(time)) return undefined;
  const last = dayNear(time + MARGIN_IN_MS);
  const until = (days: readonly string[]) => days.filter((day) => day <= last).toReversed();
  const after = (days: readonly string[]) => days.filter((day) => day > last).slice(0, DAYS_OF_RECOVERY);

  let recovered: FlatRecord | undefined;
  let isOpen = false;
  for await (const chains of listByDay(ledger, until)) {
    const ofDay = await findEntries(
      chains.filter((chain) => canHold(chain, time)),
      read,
      id,
    );
    if (ofDay.own) return ofDay.own;
    recovered ??= ofDay.recovered;
    isOpen = ofDay.hasOwn;
    if (isOpen) break;
  }
  if (recovered || !isOpen) return recovered;
  for await (const chains of listByDay(ledger, after)) {
    ({ recovered } = await findEntries(chains, read, id));
    if (recovered) return recovered;
  }
  return undefined;
}

async function findEntries(
  chains: readonly LedgerChain[],
  read: ReadBelieved,
  id: string,
): Promise<CallEntries> {
  let hasOwn = false;
  let own: FlatRecord | undefined;
  let recovered: FlatRecord | undefined;
  for (const chain of chains)
    for await (const { entry } of read(chain, id)) {
      if (entry?.kind === 'opening' && hasId(entry.record, id)) hasOwn = true;
      const record = entry?.kind === 'closing' ? FlatRecord.safeParse(entry.record).data : undefined;
      if (record?.id !== id) continue;
      if (entry?.recovered !== undefined) recovered = record;
      else if ((record.revision ?? 0) >= (own?.revision ?? 0)) own = record;
    }
  return { hasOwn, own, recovered };
}

function hasId(record: unknown, id: string): boolean {
  return typeof record === 'object' && record !== null && 'id' in record && record.id === id;
}

/** Tells whether a chain was being written around the time of the call. */
function canHold(chain: LedgerChain, time: number): boolean {
  return timeIn(chain.writer) <= time + MARGIN_IN_MS && lastWrittenAt(chain) >= time - MARGIN_IN_MS;
}
