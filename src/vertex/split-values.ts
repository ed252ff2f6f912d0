import type { Framing } from '../prediction/prediction.ts';
import type { Json } from './answer-formats.ts';

/** One event of a stream, or one element of an array, and where it begins in its part. */
export interface StreamValue {
  readonly value: Json;
  readonly start: number;
}

/** The JSON objects of a part that holds whole events or elements; whatever is none is left out. */
export function splitValues(part: Buffer, framing: Framing): StreamValue[] {
  if (framing === 'raw') return [];
  // Latin-1 keeps positions in bytes.
  const text = part.toString('latin1');
  return (framing === 'sse' ? splitEvents(text) : splitElements(text)).flatMap(({ json, start }) => {
    const value = parse(Buffer.from(json, 'latin1').toString('utf8'));
    return value ? [{ value, start }] : [];
  });
}

interface Piece {
  readonly json: string;
  readonly start: number;
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function splitEvents(text: string): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const event of text.split(/(?<=\n\r?\n)/)) {
    const data = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
    pieces.push({ json: data.map((line) => line.slice('data:'.length)).join('\n'), start });
    start += event.length;
  }
  return pieces;
}

/** The elements of an array of objects; its brackets and commas stand between them. */
function splitElements(text: string): Piece[] {
  const pieces: Piece[] = [];
  let depth = 0;
  let start = 0;
  // Strings are skipped whole, so that their braces don't count.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') {
      if (depth === 0) start = index;
      depth += 1;
    } else if (token === '}') {
      depth -= 1;
      if (depth === 0) pieces.push({ json: text.slice(start, index + 1), start });
    }
  }
  return pieces;
}

function parse(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
