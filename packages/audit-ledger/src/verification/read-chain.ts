import { hashEntry } from '../ledger/ledger-entry.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { type Line, readLines } from '../ledger/read-lines.ts';
import type { CheckedChain } from './check.ts';
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
  /** Undefined where the line is no entry of the chain's writer. */
  readonly entry: ReadEntry | undefined;
  /** The call of an opening or a closing; undefined for other entries, and where the record names no call. */
  readonly call: CallIdentity | undefined;
}

/** The most lines that are held at once. Parsed entries of more lines would outlive the space for new objects. */
const LINES_AT_ONCE = 64;

/** Starts a chain, of which nothing was read yet. */
export function startChain(chain: LedgerChain, shipped: number | undefined): CheckedChain {
  return {
    ...chain,
    shipped,
    calls: 0,
    last: -1,
    endedAt: undefined,
    lastedInMs: 0,
    faults: [],
    isShattered: false,
    signatures: 0,
    hasBadSignature: false,
  };
}

/**
 * Reads the lines of a chain, once and from its beginning, in bounded memory. It notes the chain's last sequence, its
 * times and the number of its calls.
 * @throws what the reader throws.
 */
export async function* readChain(
  reader: LedgerReader,
  chain: CheckedChain,
  abortSignal: AbortSignal | undefined,
): AsyncGenerator<readonly ChainLine[], void> {
  let startedAt: number | undefined;
  for (const { part, bytes } of chain.parts) {
    let number = 0;
    for await (const read of readLines(reader, chain.writer, { part, bytes }, abortSignal))
      for (let from = 0; from < read.length; from += LINES_AT_ONCE) {
        const lines = read.slice(from, from + LINES_AT_ONCE).map((line) => {
          number += 1;
          return asChainLine(line, chain.writer, { part, line: number });
        });
        let time: string | undefined;
        for (const { entry } of lines) {
          if (!entry) continue;
          time = entry.time;
          startedAt ??= Date.parse(time);
          chain.last = Math.max(chain.last, entry.sequence);
          if (isOfCall(entry)) chain.calls += 1;
          if (entry.kind === 'end') chain.endedAt = time;
        }
        if (time !== undefined && startedAt !== undefined) chain.lastedInMs = Date.parse(time) - startedAt;
        yield lines;
      }
  }
}

function asChainLine({ text, bytes, isWhole }: Line, writer: string, place: Place): ChainLine {
  const entry = readEntry(text, writer);
  const call = entry && isOfCall(entry) ? readCallIdentity(entry.members) : undefined;
  return { place, hash: hashEntry(text), bytes, isWhole, entry, call };
}

/** Tells whether an entry is the opening or the closing of a call. */
export function isOfCall({ kind }: ReadEntry): boolean {
  return kind === 'opening' || kind === 'closing';
}
