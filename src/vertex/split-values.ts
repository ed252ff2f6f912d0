import type { Framing } from '../prediction/prediction.ts';
import type { Json } from './usage-counts.ts';

/** One event of a stream, or one element of an array, and where it lies in its part. */
export interface StreamValue {
  readonly value: Json;
  readonly start: number;
  readonly end: number;
}

/** The JSON objects of a part that holds whole events or elements; whatever is none is left out. */
export function splitValues(part: Buffer, framing: Framing): StreamValue[] {
  if (framing === 'raw') return [];
  return (framing === 'sse' ? splitEvents(part) : splitElements(part)).flatMap(({ json, start, end }) => {
    const value = parse(json);
    return value ? [{ value, start, end }] : [];
  });
}

interface Piece {
  readonly json: string;
  readonly start: number;
  readonly end: number;
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function splitEvents(part: Buffer): Piece[] {
  const pieces: Piece[] = [];
  const endings = ['\n\n', '\n\r\n'].map((text) => ({ text, at: -1 }));
  for (let start = 0; start < part.length;) {
    let end = part.length;
    for (const ending of endings) {
      // Looked for again only behind the last find, so that each byte is looked at once.
      if (ending.at < start) ending.at = orEnd(part.indexOf(ending.text, start), part);
      end = Math.min(end, ending.at + ending.text.length);
    }
    const lines = part.toString('utf8', start, end).split('\n');
    const data = lines.filter((line) => line.startsWith('data:'));
    pieces.push({ json: data.map((line) => line.slice('data:'.length)).join('\n'), start, end });
    start = end;
  }
  return pieces;
}

function orEnd(index: number, part: Buffer): number {
  return index < 0 ? part.length : index;
}

/** The elements of an array of objects; its brackets and commas stand between them. */
function splitElements(part: Buffer): Piece[] {
  const pieces: Piece[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < part.length; at += 1) {
    const byte = part[at];
    // Strings are skipped whole, so that their braces don't count.
    if (byte === 0x22) at = endOfString(part, at);
    else if (byte === 0x7b) {
      if (depth === 0) start = at;
      depth += 1;
    } else if (byte === 0x7d) {
      depth -= 1;
      if (depth === 0) pieces.push({ json: part.toString('utf8', start, at + 1), start, end: at + 1 });
    }
  }
  return pieces;
}

/** Where the quote stands that ends a string, or the end of the part. */
function endOfString(part: Buffer, start: number): number {
  for (let at = start + 1; at < part.length; at += 1) {
    if (part[at] === 0x22) return at;
    if (part[at] === 0x5c) at += 1;
  }
  return part.length;
}

function parse(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
