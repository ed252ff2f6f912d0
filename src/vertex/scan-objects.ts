import { mayReport } from './answer-formats.ts';
import type { Json } from './usage-counts.ts';

/** The longest object that is read, in bytes; the memory of its pieces counts too. */
const MAXIMUM_BYTES = 4 * 1_048_576;
/** The memory that a piece takes beside its bytes, which may be few. */
const PIECE_BYTES = 128;

/**
 * Returns a function that takes the chunks of a text in order and returns the JSON objects that end in each. The chunks
 * may be cut anywhere. Lines, commas or the brackets of a list may stand between the objects. Only objects that may report
 * something are returned. Each byte is looked at once, and only an unfinished object is held.
 */
export function createObjectScanner(): (chunk: Buffer) => Json[] {
  const state = { depth: 0, inString: false, isEscaped: false };
  let held: Buffer[] = [];
  let heldBytes = 0;
  const hold = (bytes: Buffer) => {
    heldBytes += bytes.length + PIECE_BYTES;
    if (heldBytes <= MAXIMUM_BYTES) held.push(bytes);
    else held = [];
  };
  return (chunk) => {
    const objects: Json[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const change = step(state, chunk[at]);
      if (change === 'begins') start = at;
      else if (change === 'ends') {
        hold(chunk.subarray(start, at + 1));
        objects.push(...parse(held));
        held = [];
        heldBytes = 0;
      }
    }
    if (state.depth > 0) hold(chunk.subarray(start));
    return objects;
  };
}

/** Takes one byte, and says when it begins or ends an object that is in no other. Braces in strings don't count. */
function step(
  state: { depth: number; inString: boolean; isEscaped: boolean },
  byte: number | undefined,
): 'begins' | 'ends' | undefined {
  if (state.inString) {
    if (state.isEscaped) state.isEscaped = false;
    else if (byte === 0x5c) state.isEscaped = true;
    else if (byte === 0x22) state.inString = false;
  } else if (byte === 0x22) state.inString = state.depth > 0;
  else if (byte === 0x7b) {
    state.depth += 1;
    if (state.depth === 1) return 'begins';
  } else if (byte === 0x7d && state.depth > 0) {
    state.depth -= 1;
    if (state.depth === 0) return 'ends';
  }
  return undefined;
}

function parse(pieces: readonly Buffer[]): Json[] {
  const bytes = Buffer.concat(pieces);
  if (!mayReport('shaped', bytes)) return [];
  try {
    return [JSON.parse(bytes.toString('utf8')) as Json];
  } catch {
    return [];
  }
}
