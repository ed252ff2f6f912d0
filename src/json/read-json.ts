import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../errors/gateway-error.ts';
import { JsonReader } from './json-reader.ts';
import type { JsonValue } from './json-value.ts';
import { loopTurns, type Turns } from './turns.ts';

/** Bytes that are read in one turn of the event loop: a millisecond of work at most. */
const PIECE_BYTES = 65_536;
/** No content has more values within the longest context of a model. */
const MAXIMUM_VALUES = 1_000_000;

/** Bounds of a JSON body. */
export interface JsonBounds {
  /** Maximum number of bytes; not bounded here when left out. */
  readonly bytes?: number;
  /** The purpose of the body that the bound of its bytes is for, as the error names it. */
  readonly of?: string;
  /** Maximum number of values, objects and arrays included; 1,000,000 when left out. */
  readonly values?: number;
}

/**
 * Reads a JSON body into an index over its bytes. A body that is accepted means the same to every other reader. A long
 * body is read in pieces, and the event loop runs between them. The index takes at most 8 bytes for each value, each
 * name and each closing bracket.
 * @returns the outermost value.
 * @throws GatewayError PAYLOAD_TOO_LARGE for more bytes than the bounds say; INVALID_JSON for an empty body, invalid UTF-8, a syntax error, nesting deeper than 48 levels, a
 *   key that stands twice in one object, or the key `__proto__`; INVALID_REQUEST for more values than the bounds say,
 *   more than 100,000 members in one object, a key of more than 16,384 bytes or a number of more than 1,100. The
 *   message has the place of the problem, never the content.
 */
export async function readJson(
  body: Uint8Array,
  { bytes, of = 'a body', values = MAXIMUM_VALUES }: JsonBounds = {},
  turns: Turns = loopTurns,
): Promise<JsonValue> {
  if (bytes !== undefined && body.byteLength > bytes)
    throw new GatewayError(
      'PAYLOAD_TOO_LARGE',
      `The body is larger than ${bytes} bytes, the most that ${of} takes.`,
    );
  if (body.byteLength === 0)
    throw new GatewayError('INVALID_JSON', 'The body is empty. A JSON object is expected.');
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
 * Reads a JSON text that no caller has sent, in one turn of the event loop.
 * @throws GatewayError as `readJson` does, but without the place of a syntax error.
 */
export function readJsonAtOnce(body: Uint8Array): JsonValue {
  const reader = isUtf8(body) ? new JsonReader(body, MAXIMUM_VALUES) : undefined;
  if (reader?.advance(body.byteLength) === 'read') return reader.index.root;
  throw new GatewayError('INVALID_JSON', 'The text is not valid JSON.');
}

/** The value of `{}`. */
export const emptyObject: JsonValue = readJsonAtOnce(Buffer.from('{}'));

/** Counts UTF-16 code units, as editors count columns: two for a character of four bytes, one for every other. */
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
