import type { LedgerPart, LedgerReader } from '../ledger/ledger-reader.ts';

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

/** No entry is as long as this: what is, is damage, and is not kept. */
const LONGEST_LINE_BYTES = 4 * 1024 * 1024;

/** A line as it stands, without its line break; the bytes hold until the next line is asked for. */
export interface Line {
  readonly bytes: Uint8Array;
  /** Counts from 1. */
  readonly number: number;
  /** False for what is left at the end of a part without a line break. */
  readonly isWhole: boolean;
}

/** The lines of a part as long as it was when it was listed, in bounded memory. */
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
