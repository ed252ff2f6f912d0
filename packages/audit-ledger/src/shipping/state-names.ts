import { WriterName } from '../ledger/ledger-entry.ts';
import { startDayOf } from '../ledger/part-names.ts';

/** The prefixes of the names of states: how far a chain is shipped, recovered and in the transparency log. */
export type StatePrefix = 'shipping/' | 'recovery/' | 'logged/';

/** The name of a state of a chain: `{prefix}{yyyymmdd}/{writer}.json`, by the day on which the chain began. */
export function stateName(prefix: StatePrefix, writer: string): string {
  return `${statesOfDay(prefix, startDayOf(writer))}${writer}.json`;
}

/** The prefix of the states of all chains that began on a day. @param day `yyyymmdd`. */
export function statesOfDay(prefix: StatePrefix, day: string): string {
  return `${prefix}${day}/`;
}

/** Reads the writer from the name of a state; undefined for a name that no state has. */
export function writerOfState(prefix: StatePrefix, name: string): string | undefined {
  const writer = name.slice(name.lastIndexOf('/') + 1).replace(/\.json$/, '');
  return WriterName.safeParse(writer).success && stateName(prefix, writer) === name ? writer : undefined;
}
