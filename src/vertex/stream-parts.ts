import type { Framing } from '../prediction/answer.ts';
import { type AnswerLimits, tooLong } from './answer-limits.ts';

/** The memory that a chunk takes beside its bytes, which may be few. */
const CHUNK_BYTES = 128;

/**
 * Regroups a stream's chunks so that each part ends where an event or an array element ends. An error can then follow
 * any part and be read by the client. Only an unfinished event is held back. Raw chunks stay as they are.
 * @throws GatewayError VERTEX_FAILED for an event longer than `maximumBytes`, and what `resize` throws.
 */
export async function* wholeParts(
  chunks: AsyncIterable<Uint8Array>,
  framing: Framing,
  { maximumBytes, held: counted }: AnswerLimits,
): AsyncGenerator<Buffer> {
  const findEnd = { sse: eventScanner, 'json-array': elementScanner, raw: () => endOfChunk }[framing]();
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = findEnd(bytes);
    if (end > 0) {
      const last = bytes.subarray(0, end);
      yield held.length === 0 ? last : Buffer.concat([...held, last]);
      held = [];
      heldBytes = 0;
      counted.resize(0);
    }
    if (end === bytes.length) continue;
    held.push(bytes.subarray(end));
    heldBytes += bytes.length - end + CHUNK_BYTES;
    if (heldBytes > maximumBytes) throw tooLong('An event of Vertex AI’s stream', maximumBytes);
    counted.resize(heldBytes);
  }
  if (held.length > 0) yield Buffer.concat(held);
}

/**
 * Takes the bytes of a stream in order, and returns where the last event or element ends in them; 0 when none does. Each
 * byte is looked at once, however long an event is.
 */
type Scanner = (bytes: Buffer) => number;

const endOfChunk: Scanner = (bytes) => bytes.length;

/** Finds the end of the last blank line, which ends an event: https://html.spec.whatwg.org/multipage/server-sent-events.html */
function eventScanner(): Scanner {
  let before: Buffer = NOTHING;
  return (bytes) => {
    if (endsWithBlankLine(bytes)) {
      before = NOTHING;
      return bytes.length;
    }
    // A blank line may have begun in the bytes before.
    const seen = Buffer.concat([before, bytes.subarray(0, BLANK_LINE_BYTES)]);
    const end = Math.max(endOfLastBlankLine(bytes), endOfLastBlankLine(seen) - before.length, 0);
    before = lastBytes(Buffer.concat([end > 0 ? NOTHING : before, lastBytes(bytes.subarray(end))]));
    return end;
  };
}

const NOTHING = Buffer.of();
/** The longest blank line is a line feed and then a carriage return with another line feed. */
const BLANK_LINE_BYTES = 3;
const LF = 0x0a;
const CR = 0x0d;

/** Returns true for bytes whose last line is blank, so that an event ends with them. */
export function endsWithBlankLine(bytes: Buffer): boolean {
  const { length } = bytes;
  if (bytes[length - 1] !== LF) return false;
  return bytes[length - 2] === LF || (bytes[length - 2] === CR && bytes[length - 3] === LF);
}

function lastBytes(bytes: Buffer): Buffer {
  return bytes.subarray(-BLANK_LINE_BYTES + 1);
}

function endOfLastBlankLine(bytes: Buffer): number {
  const lf = bytes.lastIndexOf('\n\n');
  const crlf = bytes.lastIndexOf('\n\r\n');
  return Math.max(lf < 0 ? 0 : lf + 2, crlf < 0 ? 0 : crlf + 3);
}

/** Finds the end of the last element or bracket of the outer array. The state stays from chunk to chunk. */
function elementScanner(): Scanner {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  return (bytes) => {
    let end = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index];
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === 0x5c) isEscaped = true;
        else if (byte === 0x22) inString = false;
      } else if (byte === 0x22) inString = true;
      else if (byte === 0x7b || byte === 0x5b) depth += 1;
      else if (byte === 0x7d || byte === 0x5d) {
        depth -= 1;
        if (depth <= 1) end = index + 1;
      }
    }
    return end;
  };
}
