import type { JsonValue } from './json-value.ts';
import { loopTurns, type Turns } from './turns.ts';

/** Bytes that are decoded in one turn of the event loop: a millisecond of work at most. */
const SLICE_BYTES = 65_536;
const BACKSLASH = 0x5c;
const U = 0x75;

/** Returns the decoded text of a string, which is decoded in turns of the event loop; empty for other types. */
export async function readLongText(
  { kind, body, start, end }: JsonValue,
  turns: Turns = loopTurns,
): Promise<string> {
  if (kind !== 'string') return '';
  const decoded: string[] = [];
  for (let from = start + 1; from < end - 1;) {
    const to = endOfSlice(body, from, end - 1);
    const slice = body.toString('utf8', from, to);
    decoded.push(slice.includes('\\') ? (JSON.parse(`"${slice}"`) as string) : slice);
    from = to;
    await turns.next();
  }
  return decoded.join('');
}

/** Returns the end of a slice from `from`, at which neither an escape nor a character is cut. */
function endOfSlice(body: Buffer, from: number, end: number): number {
  const limit = from + SLICE_BYTES;
  let at = from;
  while (at < limit && at < end) {
    if (body[at] === BACKSLASH) at += body[at + 1] === U ? 6 : 2;
    else at += 1;
  }
  while (at < end && isFollowing(body[at] ?? 0)) at += 1;
  return Math.min(at, end);
}

/** Returns true for a byte of a character in UTF-8 that is not its first. */
function isFollowing(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
