import type { Framing } from '../prediction/prediction.ts';

/**
 * Regroups a stream's chunks so that each part ends where an event or an array element ends. An error can then follow
 * any part and be read by the client. Only an unfinished event is held back; its end releases it.
 */
export async function* wholeParts(
  chunks: AsyncIterable<Uint8Array>,
  framing: Framing,
): AsyncGenerator<Buffer> {
  const findEnd = { sse: () => endOfLastEvent, 'json-array': elementScanner, raw: () => endOfChunk }[
    framing
  ]();
  let held: Buffer | undefined;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const from = held?.length ?? 0;
    const all: Buffer = held ? Buffer.concat([held, bytes]) : bytes;
    const end = findEnd(all, from);
    if (end > 0) yield all.subarray(0, end);
    held = end < all.length ? all.subarray(Math.max(end, 0)) : undefined;
  }
  if (held) yield held;
}

function endOfChunk(bytes: Buffer): number {
  return bytes.length;
}

/** Just behind the last blank line, which ends an event: https://html.spec.whatwg.org/multipage/server-sent-events.html */
function endOfLastEvent(bytes: Buffer): number {
  const lf = bytes.lastIndexOf('\n\n');
  const crlf = bytes.lastIndexOf('\r\n\r\n');
  return Math.max(lf < 0 ? 0 : lf + 2, crlf < 0 ? 0 : crlf + 4);
}

/** Just behind the last element or bracket of the outer array; keeps its state from chunk to chunk. */
function elementScanner(): (bytes: Buffer, from: number) => number {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  return (bytes, from) => {
    let end = 0;
    for (let index = from; index < bytes.length; index += 1) {
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
