import type { LedgerReader } from '../src/ledger/ledger-reader.ts';

/** Watches a ledger. @returns it, with the days and the writers whose chains have been listed and read so far. */
export function watchDays(ledger: LedgerReader) {
  const listed: string[] = [];
  const read = new Set<string>();
  const watched: LedgerReader = {
    listDays: (abortSignal) => ledger.listDays(abortSignal),
    listDay: (day, abortSignal) => {
      listed.push(day);
      return ledger.listDay(day, abortSignal);
    },
    read: (writer, ...place) => {
      read.add(writer);
      return ledger.read(writer, ...place);
    },
  };
  return { ledger: watched, listed, read };
}
