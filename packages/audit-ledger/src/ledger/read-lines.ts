import { z } from 'zod';
import { hashEntry } from './ledger-entry.ts';

/** An entry as far as shipping needs it. It may have members that a later version has added. */
const AnyEntry = z.looseObject({
  writer: z.string(),
  sequence: z.int().min(0),
  previous: z.string(),
  time: z.iso.datetime(),
  kind: z.string(),
});
export type AnyEntry = z.infer<typeof AnyEntry>;

/** The place of a line in its chain, with its hash. */
export interface ChainPlace {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
}

/** The problem of a line. `unreadable`: it is no entry. `unlinked`: it does not follow the line before it. */
export type LineProblem = 'unreadable' | 'unlinked';

/** A line of a part, as it was read. */
export interface LedgerLine {
  /** Undefined when the line is no entry. */
  readonly entry: AnyEntry | undefined;
  readonly place: ChainPlace;
  /** The size of the line with its line break. */
  readonly bytes: number;
  readonly problem?: LineProblem;
}

const LINE_BREAK = 10;

/**
 * Reads the whole lines among the bytes; a rest without a line break is left out.
 * @param before the place of the line before the first one.
 */
export function* readLines(bytes: Buffer, before: ChainPlace): Generator<LedgerLine, void> {
  let place = before;
  for (let start = 0, end = bytes.indexOf(LINE_BREAK); end >= 0; end = bytes.indexOf(LINE_BREAK, start)) {
    const line = readLine(bytes.subarray(start, end), place);
    yield line;
    place = line.place;
    start = end + 1;
  }
}

function readLine(bytes: Buffer, { writer, sequence, hash }: ChainPlace): LedgerLine {
  const own = { hash: hashEntry(bytes), bytes: bytes.byteLength + 1 };
  const { data: entry } = AnyEntry.safeParse(parse(bytes));
  const place = { writer, sequence: entry?.sequence ?? sequence + 1, hash: own.hash };
  if (!entry) return { entry, place, bytes: own.bytes, problem: 'unreadable' };
  const isLinked = entry.writer === writer && entry.sequence === sequence + 1 && entry.previous === hash;
  return { entry, place, bytes: own.bytes, ...(!isLinked && { problem: 'unlinked' as const }) };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
