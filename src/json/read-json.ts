import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../errors/gateway-error.ts';
import { JsonReader } from './json-reader.ts';
import type { JsonValue } from './json-value.ts';
import { loopTurns, type Turns } from './turns.ts';

/** What is read in one turn of the event loop: a millisecond's work, or less. */
const PIECE_BYTES = 65_536;
/** More than the longest context that a model takes can have of any content. */
const MAXIMUM_VALUES = 1_000_000;

export interface JsonBounds {
  /** How many values the body may have, containers included; 1,000,000 when left out. */
  readonly values?: number;
}

/**
 * Reads a JSON body that every later reader understands alike, into an index over its bytes; a long one in pieces, between
 * which others have their turn. An index takes at most 8 bytes for each value, each name and each closing bracket.
 * @throws GatewayError INVALID_JSON for an empty body, invalid UTF-8, a syntax error, nesting deeper than 48 levels,
 *   a key that stands twice in one object, or the key `__proto__`; INVALID_REQUEST for more values than the bounds say,
 *   more than 100,000 members in one object, a key of more than 16,384 bytes or a number of more than 1,100; with the
 *   place, never the content.
 */
export async function readJson(
  body: Uint8Array,
  { values = MAXIMUM_VALUES }: JsonBounds = {},
  turns: Turns = loopTurns,
): Promise<JsonValue> {
  if (body.byteLength === 0)
    throw new GatewayError('INVALID_JSON', 'The body is empty; a JSON object is expected.');
  if (!isUtf8(body)) throw new GatewayError('INVALID_JSON', 'The body is not valid UTF-8.');
  const reader = new JsonReader(body, values);
  for (;;) {
    const progress = reader.advance(PIECE_BYTES);
    if (progress === 'read') return reader.index.root;
    if (progress === 'broken') {
      const { at, line, lineStart } = reader.place;
      const column = (await countUnits(body, lineStart, at, turns)) + 1;
      throw new GatewayError('INVALID_JSON', `The body is not valid JSON at line ${line}, column ${column}.`);
    }
    await turns.next();
  }
}

/**
 * Reads in one go what no caller has sent, by the same rules. @throws GatewayError likewise; INVALID_JSON without the
 * place of a syntax error.
 */
export function readJsonAtOnce(body: Uint8Array): JsonValue {
  const reader = isUtf8(body) ? new JsonReader(body, MAXIMUM_VALUES) : undefined;
  if (reader?.advance(body.byteLength) === 'read') return reader.index.root;
  throw new GatewayError('INVALID_JSON', 'What was read is not valid JSON.');
}

/** `{}` */
export const emptyObject: JsonValue = readJsonAtOnce(Buffer.from('{}'));

/** UTF-16 units, in which editors count columns: one for each character, two for one of four bytes. */
async function countUnits(bytes: Uint8Array, start: number, end: number, turns: Turns): Promise<number> {
  let units = 0;
  for (let from = start; from < end; from += PIECE_BYTES) {
    if (from > start) await turns.next();
    for (const byte of bytes.subarray(from, Math.min(end, from + PIECE_BYTES))) {
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
  }
  return units;
}
