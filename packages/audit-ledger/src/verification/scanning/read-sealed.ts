import type { LedgerChain, LedgerReader } from '../../ledger/ledger-reader.ts';
import { NO_PREVIOUS } from '../../ledger/ledger-entry.ts';
import { MAXIMUM_LINE_BYTES } from '../../ledger/read-lines.ts';
import type { Place } from '../finding.ts';
import { loadAhead } from '../load-ahead.ts';
import { asChainLine, type ChainLine, type ChainPoint, readChain } from '../read-chain.ts';
import { settleLines } from '../vouching/settle-standing.ts';
import { ClosingNumber, NUMBERS_OF_A_CLOSING } from './plain-calls.ts';
import type { ScanRules, SealedScan } from './scan-sealed.ts';
import type { ScannedPiece, Scanners } from './scanners.ts';

/** Lines of a chain that follow one another and that nobody but its process has written. */
export interface SealedStretch {
  readonly scan: SealedScan;
  /** The place of its first line. */
  readonly place: Place;
  readonly lines: number;
  readonly bytes: number;
  /** The lines that the rules show, in their order. They are evidence. */
  readonly shown: readonly ChainLine[];
  /** Gives the id of a plain closing by its index. */
  readonly idOf: (index: number) => string;
}

/** A part of a chain as it is read: a stretch as a whole, or lines that are to be looked at one by one. */
export type ChainStretch = SealedStretch | readonly ChainLine[];

/** The chain, and how it is read. */
interface SealedReadingOptions {
  readonly reader: Pick<LedgerReader, 'read'>;
  readonly chain: LedgerChain;
  readonly rules: ScanRules;
  readonly scanners: Scanners;
  readonly abortSignal: AbortSignal | undefined;
}

/** A piece of a part, which ends with a seal unless the part has none there. */
interface Piece {
  readonly part: number;
  /** The number of bytes of the part before the piece. */
  readonly offset: number;
  readonly bytes: Buffer;
  /** True where the bytes are in memory that is used again. */
  readonly isKept: boolean;
}

/** A piece of this size takes little memory, and checking its seal little of the time. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** Entries are appended in blocks of 4 MiB at most, and each block ends with a seal. */
const MOST_UNSEALED_BYTES = 2 * MAXIMUM_LINE_BYTES;
const SEAL = '"kind":"seal"';
const LINE_BREAK = 0x0a;

/** Tells a stretch from lines that are to be looked at one by one. */
export function isSealed(stretch: ChainStretch): stretch is SealedStretch {
  return 'scan' in stretch;
}

/**
 * Reads a founded chain piece by piece. As long as the pieces are as a gateway writes them, each is given as a whole; from
 * the first one that is not, all lines are given one by one. One piece for each scanner is read ahead.
 * @throws what the reader and the scanners throw.
 */
export async function* readSealed(options: SealedReadingOptions): AsyncGenerator<ChainStretch, void> {
  const { reader, chain, rules, scanners, abortSignal } = options;
  const { writer, sealKey } = rules;
  const scan = async (piece: Piece) => ({ piece, ...(await scanners.scan(piece.bytes, rules)) });
  const memory: Buffer[] = [];
  let last = { sequence: -1, hash: NO_PREVIOUS, isEnd: false };
  let at: ChainPoint = { part: 0, offset: 0, lines: 0 };
  for await (const { piece, ...scanned } of loadAhead(cut(options, memory), scan, scanners.count)) {
    const { part, offset } = piece;
    const begin = { part, offset, lines: part === at.part ? at.lines : 0 };
    const follows = scanned.scan?.first === last.sequence + 1 && scanned.scan.before === last.hash;
    const stretch = follows && !last.isEnd ? asStretch(scanned, begin, writer) : undefined;
    if (!stretch) {
      const lines = readChain(reader, chain, false, abortSignal, begin);
      yield* settleLines(lines, writer, sealKey, last);
      return;
    }
    yield stretch;
    if (piece.isKept) memory.push(Buffer.from(scanned.bytes.buffer));
    last = {
      sequence: stretch.scan.last,
      hash: hashAt(stretch.scan, stretch.scan.last),
      isEnd: stretch.scan.isEnd,
    };
    at = { part, offset: offset + stretch.bytes, lines: begin.lines + stretch.lines };
  }
}

/** Gives the hash of the line with a sequence of the piece. */
export function hashAt({ hashes, first }: Pick<SealedScan, 'hashes' | 'first'>, sequence: number): string {
  const at = (sequence - first) * NO_PREVIOUS.length;
  return hashes.slice(at, at + NO_PREVIOUS.length);
}

/**
 * Cuts a chain into pieces behind seals. What has no seal is one piece, as far as it is read.
 * @param memory the memory of pieces that are no longer needed, which is used again: storage that is new for each piece takes
 * as long to get and to give back as reading does.
 */
async function* cut(
  { reader, chain: { writer, parts }, abortSignal }: SealedReadingOptions,
  memory: Buffer[],
): AsyncGenerator<Piece, void> {
  for (const { part, bytes: size } of parts) {
    let length = PIECE_BYTES;
    for (let offset = 0; offset < size;) {
      const wanted = Math.min(length, size - offset);
      const into = wanted === PIECE_BYTES ? (memory.pop() ?? Buffer.allocUnsafeSlow(wanted)) : undefined;
      const bytes = await reader.read(writer, part, offset, wanted, abortSignal, into);
      const isKept = bytes.buffer === into?.buffer;
      if (bytes.byteLength === 0) break;
      const end = endOfLastSeal(bytes);
      if (end === 0 && bytes.byteLength === length && length < MOST_UNSEALED_BYTES) {
        length *= 2;
        continue;
      }
      // The rest after the last seal is read again, which takes less time than copying all pieces.
      yield { part, offset, bytes: end > 0 ? bytes.subarray(0, end) : bytes, isKept };
      offset += end > 0 ? end : bytes.byteLength;
      length = PIECE_BYTES;
    }
  }
}

/** Finds the place after the last whole seal; 0 where there is none. */
function endOfLastSeal(bytes: Buffer): number {
  for (let at = bytes.lastIndexOf(SEAL); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(SEAL, at - 1)) {
    const end = bytes.indexOf(LINE_BREAK, at);
    if (end >= 0) return end + 1;
  }
  return 0;
}

/** Makes the stretch of a piece; undefined where one of its lines that are shown is no entry. */
function asStretch(
  { bytes, scan }: ScannedPiece,
  { part, lines: before }: ChainPoint,
  writer: string,
): SealedStretch | undefined {
  if (!scan) return undefined;
  const shown = scan.shown.map(({ index, start, end }) => {
    const text = bytes.subarray(start, end);
    const line = { text, bytes: end - start + 1, isWhole: true };
    const place = { part, line: before + index + 1 };
    return asChainLine(line, writer, { place, hash: hashAt(scan, scan.first + index), isEvidence: true });
  });
  const areEntries = shown.every(
    ({ entry }, at) => entry?.sequence === scan.first + (scan.shown[at]?.index ?? 0),
  );
  if (!areEntries) return undefined;
  return {
    scan,
    place: { part, line: before + 1 },
    lines: scan.last - scan.first + 1,
    bytes: bytes.byteLength,
    shown,
    idOf(index) {
      const at = index * NUMBERS_OF_A_CLOSING;
      const { idStart, idEnd } = ClosingNumber;
      return bytes.toString('latin1', scan.closings[at + idStart], scan.closings[at + idEnd]);
    },
  };
}
