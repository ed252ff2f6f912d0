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

/**
 * Reads the lines of a chain, from its beginning and in bounded memory.
 * @param isEvidence whether the lines count, as far as that is known before they are read.
 * @throws what the reader throws.
 */
export async function* readChain(
  reader: LedgerReader,
  { writer, parts }: LedgerChain,
  isEvidence: boolean,
  abortSignal: AbortSignal | undefined,
): AsyncGenerator<readonly ChainLine[], void> {
  for (const { part, bytes } of parts) {
    let number = 0;
    for await (const read of readLines(reader, writer, { part, bytes }, abortSignal))
      for (let from = 0; from < read.length; from += LINES_AT_ONCE)
        yield read.slice(from, from + LINES_AT_ONCE).map((line) => {
          number += 1;
          return asChainLine(line, writer, { part, line: number }, isEvidence);
        });
  }
}

function asChainLine(
  { text, bytes, isWhole }: Line,
  writer: string,
  place: Place,
  isEvidence: boolean,
): ChainLine {
  const entry = readEntry(text, writer);
  const call = entry && isOfCall(entry) ? readCallIdentity(entry.members) : undefined;
  return { place, hash: hashEntry(text), bytes, isWhole, isEvidence, entry, call };
}

/** Tells whether an entry is the opening or the closing of a call. */
export function isOfCall({ kind }: ReadEntry): boolean {
  return kind === 'opening' || kind === 'closing';
}
