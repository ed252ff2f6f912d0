import type { LedgerReader } from './ledger-reader.ts';

/** The longest line of a ledger in bytes, without its line break. No entry is as long, so longer lines are damage. */
export const MAXIMUM_LINE_BYTES = 4 * 1024 * 1024;

/** A line of a part. */
export interface Line {
  /** The line without its line break; empty where it is longer than the maximum. */
  readonly text: Buffer;
  /** The size of the line with its line break, also where it is longer than the maximum. */
  readonly bytes: number;
  /** False for the rest at the end of a part that has no line break. */
  readonly isWhole: boolean;
}

/** The stretch of a part that is read: to its end where no size is given. */
export interface PartStretch {
  readonly part: number;
  /** The place of the first byte; 0 when left out. */
  readonly offset?: number;
  /** The size of the part at the time when it was listed. Bytes that came later are not read. */
  readonly bytes?: number;
}

const CHUNK_BYTES = 1024 * 1024;
const LINE_BREAK = 0x0a;

/**
 * Reads the lines of a part in bounded memory, as many at a time as come together. The bytes of a line are valid until
 * the next lines are asked for.
 * @throws what the reader throws.
 */
export async function* readLines(
  reader: Pick<LedgerReader, 'read'>,
  writer: string,
  { part, offset: start = 0, bytes: end = Infinity }: PartStretch,
  abortSignal?: AbortSignal,
): AsyncGenerator<readonly Line[], undefined> {
  let rest: Buffer = Buffer.alloc(0);
  /** The bytes of an unfinished line that was too long to be kept. */
  let dropped = 0;
  for (let offset = start; offset < end;) {
    const chunk = await reader.read(writer, part, offset, Math.min(CHUNK_BYTES, end - offset), abortSignal);
    if (chunk.byteLength === 0) break;
    offset += chunk.byteLength;
    const data = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Line[] = [];
    let from = 0;
    for (let to = data.indexOf(LINE_BREAK); to >= 0; to = data.indexOf(LINE_BREAK, from)) {
      lines.push(lineOf(data.subarray(from, to), dropped, 1));
      dropped = 0;
      from = to + 1;
    }
    if (lines.length > 0) yield lines;
    rest = data.subarray(from);
    if (dropped > 0 || rest.byteLength > MAXIMUM_LINE_BYTES) {
      dropped += rest.byteLength;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.byteLength > 0 || dropped > 0) yield [lineOf(rest, dropped, 0)];
  return undefined;
}

function lineOf(text: Buffer, dropped: number, lineBreaks: 0 | 1): Line {
  const isTooLong = dropped > 0 || text.byteLength > MAXIMUM_LINE_BYTES;
  return {
    text: isTooLong ? Buffer.alloc(0) : text,
    bytes: dropped + text.byteLength + lineBreaks,
    isWhole: lineBreaks === 1,
  };
}
