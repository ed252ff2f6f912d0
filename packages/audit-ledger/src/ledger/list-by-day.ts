import type { LedgerChain, LedgerReader } from './ledger-reader.ts';

/**
 * Lists the chains of some days, a day at a time, so that no more than those of one day are in memory.
 * @param choose picks the days, in the order in which they are listed, from all days of the ledger, oldest first.
 * @throws what the reader throws.
 */
export async function* listByDay(
  reader: Pick<LedgerReader, 'listDay' | 'listDays'>,
  choose: (days: readonly string[]) => readonly string[],
  abortSignal?: AbortSignal,
): AsyncGenerator<readonly LedgerChain[], void> {
  const { days } = await reader.listDays(abortSignal);
  for (const day of choose(days)) yield (await reader.listDay(day, abortSignal)).chains;
}
