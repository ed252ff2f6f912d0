import { hashEntry } from '../ledger/ledger-entry.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { type Line, readLines } from '../ledger/read-lines.ts';
import type { Place } from './finding.ts';
import { type CallIdentity, readCallIdentity } from './call-identity.ts';
import { type ReadEntry, readEntry } from './read-entry.ts';

/** A line of a chain, with its place there, whether it belongs there or not. */
export interface ChainLine {
  readonly place: Place;
  /** The SHA-256 of the line in hex. */
  readonly hash: string;
  /** The size of the line with its line break. */
  readonly bytes: number;
  /** False for the rest at the end of a part that has no line break. */
  readonly isWhole: boolean;
  /**
   * True for a line that counts: one that the chain's seals vouch for, any line of a chain that is too young to be
   * vouched for, and every line where no key is at hand.
   */
  readonly isEvidence: boolean;
  /** Undefined where the line is no entry of the chain's writer. */
  readonly entry: ReadEntry | undefined;
  /** The call of an opening or a closing; undefined for other entries, and where the record names no call. */
  readonly call: CallIdentity | undefined;
}

/** The most lines that are held at once. Parsed entries of more lines would outlive the space for new objects. */
const LINES_AT_ONCE = 64;

/** A place between two lines of a chain. */
export interface ChainPoint {
  readonly part: number;
  /** The number of bytes of the part before it. */
  readonly offset: number;
  /** The number of lines of the part before it. */
  readonly lines: number;
}

/**
 * Reads the lines of a chain in bounded memory.
 * @param isEvidence whether the lines count, as far as that is known before they are read.
 * @param from the place to begin at; the chain's beginning when left out.
 * @throws what the reader throws.
 */
export async function* readChain(
  reader: Pick<LedgerReader, 'read'>,
  { writer, parts }: LedgerChain,
  isEvidence: boolean,
  abortSignal: AbortSignal | undefined,
  from: ChainPoint = { part: 0, offset: 0, lines: 0 },
): AsyncGenerator<readonly ChainLine[], void> {
  for (const { part, bytes } of parts.filter((listed) => listed.part >= from.part)) {
    const isFirst = part === from.part;
    let number = isFirst ? from.lines : 0;
    const stretch = { part, bytes, offset: isFirst ? from.offset : 0 };
    for await (const read of readLines(reader, writer, stretch, abortSignal))
      for (let at = 0; at < read.length; at += LINES_AT_ONCE)
        yield read.slice(at, at + LINES_AT_ONCE).map((line) => {
          number += 1;
          const place = { part, line: number };
          return asChainLine(line, writer, { place, hash: hashEntry(line.text), isEvidence });
        });
  }
}

/** Reads a line of a chain. @param known the things that are known of it before it is read. */
export function asChainLine(
  { text, bytes, isWhole }: Line,
  writer: string,
  known: Pick<ChainLine, 'place' | 'hash' | 'isEvidence'>,
): ChainLine {
  const entry = readEntry(text, writer);
  const call = entry && isOfCall(entry) ? readCallIdentity(entry.members) : undefined;
  return { ...known, bytes, isWhole, entry, call };
}

/** Tells whether an entry is the opening or the closing of a call. */
export function isOfCall({ kind }: ReadEntry): boolean {
  return kind === 'opening' || kind === 'closing';
}
