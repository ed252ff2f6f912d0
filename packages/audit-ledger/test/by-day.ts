import type { LedgerListing, LedgerReader } from '../src/ledger/ledger-reader.ts';
import { startDayOf } from '../src/ledger/part-names.ts';

/** A ledger that lists all of its chains. */
export interface WholeListing {
  list(abortSignal?: AbortSignal): Promise<LedgerListing>;
}

/** Adds the lists of days and of single days to a reader that lists all chains. */
export function byDay<Reader extends WholeListing>(
  reader: Reader,
): Reader & Pick<LedgerReader, 'listDay' | 'listDays'> {
  return {
    ...reader,
    listDay: async (day, abortSignal) => {
      const { chains, asOf } = await reader.list(abortSignal);
      return { asOf, chains: chains.filter(({ writer }) => startDayOf(writer) === day) };
    },
    listDays: async (abortSignal) => {
      const { chains, asOf } = await reader.list(abortSignal);
      return { asOf, days: [...new Set(chains.map(({ writer }) => startDayOf(writer)))].sort() };
    },
  };
}
