import { z } from 'zod';
import { hashEntry } from './ledger-entry.ts';

/** As much of an entry as shipping needs: what a later version adds is shipped too. */
const AnyEntry = z.looseObject({
  writer: z.string(),
  sequence: z.int().min(0),
  previous: z.string(),
  time: z.iso.datetime(),
  kind: z.string(),
});
export type AnyEntry = z.infer<typeof AnyEntry>;

/** Where a chain stands after an entry. */
export interface ChainPlace {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
}

/** `unlinked`: it doesn't follow the line before it. */
export type LineProblem = 'unreadable' | 'unlinked';

export interface LedgerLine {
  /** Undefined when the line is none. */
  readonly entry: AnyEntry | undefined;
  readonly place: ChainPlace;
  /** Size with its line break. */
  readonly bytes: number;
  readonly problem?: LineProblem;
}

const LINE_BREAK = 10;

/** The whole lines among the bytes. @param before the place of the line before the first one. */
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
