import { hashEntry } from '../ledger/ledger-entry.ts';
import { type AnyEntry, parseEntry } from '../ledger/parse-entry.ts';
import type { Line } from '../ledger/read-lines.ts';

/** The place of a line in its chain, with its hash. */
export interface ChainPlace {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
}

/** The problem of a line. `unreadable`: it is no entry. `unlinked`: it does not follow the line before it. */
export type LineProblem = 'unreadable' | 'unlinked';

/** A line with its place in its chain. */
export interface PlacedLine {
  /** Undefined when the line is no entry. */
  readonly entry: AnyEntry | undefined;
  readonly place: ChainPlace;
  /** The size of the line with its line break. */
  readonly bytes: number;
  readonly problem?: LineProblem;
}

/** Gives a whole line its place. @param before the place of the line before it. */
export function placeLine(
  { text, bytes }: Line,
  { writer, sequence, hash: previous }: ChainPlace,
): PlacedLine {
  const hash = hashEntry(text);
  const entry = parseEntry(text);
  const place = { writer, sequence: entry?.sequence ?? sequence + 1, hash };
  if (!entry) return { entry, place, bytes, problem: 'unreadable' };
  const isLinked = entry.writer === writer && entry.sequence === sequence + 1 && entry.previous === previous;
  return { entry, place, bytes, ...(!isLinked && { problem: 'unlinked' as const }) };
}
