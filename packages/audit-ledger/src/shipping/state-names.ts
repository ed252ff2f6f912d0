import { WriterName } from '../ledger/ledger-entry.ts';
import { startDayOf } from '../ledger/part-names.ts';
import type { StateFacts, StateStore } from '../storage/state-store.ts';

/** The prefixes of the names of states: how far a chain is shipped, recovered and in the transparency log. */
export type StatePrefix = 'shipping/' | 'recovery/' | 'logged/';

/** The name of a state of a chain: `{prefix}{yyyymmdd}/{writer}.json`, by the day on which the chain began. */
export function stateName(prefix: StatePrefix, writer: string): string {
  return `${statesOfDay(prefix, startDayOf(writer))}${writer}.json`;
}

/** The prefix of the states of all chains that began on a day. @param day `yyyymmdd`. */
function statesOfDay(prefix: StatePrefix, day: string): string {
  return `${prefix}${day}/`;
}

/** Lists the states of the chains that began on these days: their facts by their names. @throws what the store throws. */
export async function listStates(
  state: Pick<StateStore, 'list'>,
  prefix: StatePrefix,
  days: readonly string[],
  abortSignal?: AbortSignal,
): Promise<Map<string, StateFacts>> {
  const found = new Map<string, StateFacts>();
  for (const day of days)
    for (const [name, facts] of await state.list(statesOfDay(prefix, day), abortSignal))
      found.set(name, facts);
  return found;
}

/** Reads the writer from the name of a state; undefined for a name that no state has. */
export function writerOfState(prefix: StatePrefix, name: string): string | undefined {
  const writer = name.slice(name.lastIndexOf('/') + 1).replace(/\.json$/, '');
  return WriterName.safeParse(writer).success && stateName(prefix, writer) === name ? writer : undefined;
}
