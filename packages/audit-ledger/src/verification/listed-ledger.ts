import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { startDayOf } from '../ledger/part-names.ts';
import type { Period } from '../time/period.ts';
import { dayOf } from '../transparency-log/log-parts.ts';
import { isRealDay } from './chain-times.ts';

/** The chains of a ledger, of which a verification reads some. The lists throw what the reader throws. */
export interface ListedLedger {
  /** The chains of the days that belong to the verification, oldest writer first. Some of them need no reading. */
  readonly listed: readonly LedgerChain[];
  /** The chains that are read, oldest writer first. */
  readonly read: readonly LedgerChain[];
  /** Lists the chains that are not read, as they are now, a day at a time. */
  others(): AsyncGenerator<LedgerChain, void>;
  /** Lists the chains of some writers as they are now. There are none for writers that the ledger does not have. */
  find(writers: Iterable<string>): Promise<LedgerChain[]>;
}

/** Tells whether the chains that began on a day, by their names, belong to a verification. */
export type ChooseDay = (day: string) => boolean;

/** A clock may be ahead or behind by so much. */
const MOST_CLOCK_ERROR_IN_MS = 3_600_000;

/**
 * Chooses the days of a period: its own, those on which chains began that other evidence of the period names, and those
 * that no genuine chain can name, because they are no dates or still to come.
 * @param named such chains.
 * @param now the time of the verification.
 */
export function chooseDays(
  { from, to }: Period,
  named: Iterable<{ readonly writer: string }>,
  now: Date,
): ChooseDay {
  const first = dayOf(new Date(from.getTime() - MOST_CLOCK_ERROR_IN_MS));
  const last = dayOf(new Date(to.getTime() + MOST_CLOCK_ERROR_IN_MS));
  const today = dayOf(new Date(now.getTime() + MOST_CLOCK_ERROR_IN_MS));
  const others = new Set(Array.from(named, ({ writer }) => startDayOf(writer)));
  return (day) => (day >= first && day <= last) || others.has(day) || day > today || !isRealDay(day);
}

/** Gives a sentence about the chains that a period leaves out. */
export function describeLeftOut({ from }: Period): string[] {
  const before = from.toISOString();
  return [
    `Chains that began before ${before}, unless a head in the transparency log or an anchor of the period names them. A call that ` +
      'one of them closes too, or an entry that somebody added to one of them, is not found.',
  ];
}

/**
 * Lists the chains of the chosen days.
 * @param isRead whether a chain of such a day is read.
 * @throws what the reader throws.
 */
export async function listLedger(
  reader: LedgerReader,
  isChosen: ChooseDay,
  isRead: (chain: LedgerChain) => boolean,
  abortSignal: AbortSignal | undefined,
): Promise<ListedLedger> {
  const eachOf = async function* (isWanted: ChooseDay): AsyncGenerator<LedgerChain, void> {
    const { days } = await reader.listDays(abortSignal);
    for (const day of days.filter(isWanted)) yield* (await reader.listDay(day, abortSignal)).chains;
  };
  const listed: LedgerChain[] = [];
  for await (const chain of eachOf(isChosen)) listed.push(chain);
  const read = listed.filter(isRead);
  const writers = new Set(read.map(({ writer }) => writer));
  return {
    listed,
    read,
    async *others() {
      for await (const chain of eachOf(() => true)) if (!writers.has(chain.writer)) yield chain;
    },
    async find(wanted) {
      const names = new Set(wanted);
      const days = new Set(Array.from(names, startDayOf));
      const found: LedgerChain[] = [];
      if (names.size === 0) return found;
      for await (const chain of eachOf((day) => days.has(day)))
        if (names.has(chain.writer)) found.push(chain);
      return found;
    },
  };
}
