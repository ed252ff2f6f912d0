import type { LedgerPart, LedgerReader } from '../ledger/ledger-reader.ts';

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

/** Longer lines are damage, and their bytes are dropped. No entry is as long. */
const LONGEST_LINE_BYTES = 4 * 1024 * 1024;

/** A line of a part, without its line break. Its bytes are valid until the next lines are asked for. */
export interface Line {
  readonly bytes: Uint8Array;
  /** The number of the line in its part, from 1. */
  readonly number: number;
  /** False for the rest at the end of a part that has no line break. */
  readonly isWhole: boolean;
}

/**
 * Reads the lines of a part, up to its size at the time when it was listed, in bounded memory. A line that is too long
 * comes without its bytes.
 * @throws what the reader throws.
 */
export async function* readLines(
  reader: LedgerReader,
  writer: string,
  { part, bytes }: LedgerPart,
  abortSignal: AbortSignal | undefined,
): AsyncGenerator<readonly Line[], void> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  let isTooLong = false;
  for (let offset = 0; offset < bytes;) {
    const wanted = Math.min(CHUNK_BYTES, bytes - offset);
    const chunk = await reader.read(writer, part, offset, wanted, abortSignal);
    if (chunk.byteLength === 0) break;
    offset += chunk.byteLength;
    const data = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Line[] = [];
    let start = 0;
    for (;;) {
      const end = data.indexOf(LINE_FEED, start);
      if (end === -1) break;
      number += 1;
      lines.push({ bytes: isTooLong ? Buffer.alloc(0) : data.subarray(start, end), number, isWhole: true });
      isTooLong = false;
      start = end + 1;
    }
    yield lines;
    rest = data.subarray(start);
    if (rest.byteLength > LONGEST_LINE_BYTES) {
      isTooLong = true;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.byteLength > 0 || isTooLong) yield [{ bytes: rest, number: number + 1, isWhole: false }];
}
