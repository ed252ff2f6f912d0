import type { JsonValue } from './json-value.ts';
import { loopTurns, type Turns } from './turns.ts';

const COMMA = 0x2c;
/** Bytes that are written in one turn of the event loop: a millisecond of work at most. */
const BYTES_IN_A_TURN = 65_536;
/** The work of an edit beside its bytes, in bytes. */
const BYTES_OF_AN_EDIT = 64;

/** Edits of a JSON object by member name: the JSON text of the new value, or undefined to remove the member. */
export type JsonEdits = Readonly<Record<string, string | undefined>>;

/**
 * Edits members of one object in a JSON body. Every other byte of the body stays as it is. A new member becomes the
 * first.
 * @returns the whole body.
 */
export function editJson(object: JsonValue, edits: JsonEdits): Uint8Array {
  const { body, start, end } = object;
  if (Object.keys(edits).length === 0) return body;
  return Buffer.concat([body.subarray(0, start), ...editMembers(object, edits), body.subarray(end)]);
}

/** Edits an object as `editJson` does. @returns the object alone. */
export function editObject(object: JsonValue, edits: JsonEdits): Uint8Array {
  return Buffer.concat(editMembers(object, edits));
}

function editMembers(object: JsonValue, edits: JsonEdits): Uint8Array[] {
  const { body } = object;
  const pieces: Uint8Array[] = [];
  const missing = new Set(Object.keys(edits));
  let from = object.start + 1;
  let isAnyKept = false;
  /** Start of the next member, after the bracket or comma before it. */
  let begin = from;
  /** Start of the members that are being removed. */
  let removedFrom: number | undefined;
  for (const [name, value] of object.members()) {
    const isEdited = missing.delete(name);
    const edit = isEdited ? edits[name] : undefined;
    if (isEdited && edit === undefined) removedFrom ??= begin;
    else {
      if (removedFrom !== undefined) {
        pieces.push(body.subarray(from, removedFrom));
        from = begin;
      }
      removedFrom = undefined;
      isAnyKept = true;
    }
    if (edit !== undefined) {
      pieces.push(body.subarray(from, value.start), Buffer.from(edit));
      from = value.end;
    }
    // Only whitespace stands between a value and the comma after it. After the last value, `begin` is not used.
    begin = body.indexOf(COMMA, value.end) + 1;
  }
  if (removedFrom !== undefined) {
    // The comma before a removed last member is removed with it.
    pieces.push(body.subarray(from, isAnyKept ? removedFrom - 1 : removedFrom));
    from = object.end - 1;
  }
  const added = [...missing]
    .filter((name) => edits[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${edits[name] ?? ''}`)
    .join(',');
  const comma = added !== '' && isAnyKept ? ',' : '';
  return [Buffer.from(`{${added}${comma}`), ...pieces, body.subarray(from, object.end)];
}

/** A replacement of a range of bytes of a JSON text. */
export interface RangeEdit {
  readonly start: number;
  readonly end: number;
  /** Writes the JSON text that stands there instead. */
  readonly write: () => string | Promise<string>;
}

/**
 * Replaces ranges of a text, which are in order and do not overlap. Every other byte stays as it is. Many edits are written
 * one after the other, in turns of the event loop.
 */
export async function editRanges(
  body: Uint8Array,
  edits: readonly RangeEdit[],
  turns: Turns = loopTurns,
): Promise<Uint8Array> {
  const written: Uint8Array[] = [];
  let pieces: Uint8Array[] = [];
  let from = 0;
  let work = 0;
  for (const { start, end, write } of edits) {
    const text = write();
    const bytes = Buffer.from(typeof text === 'string' ? text : await text);
    pieces.push(body.subarray(from, start), bytes);
    from = end;
    work += BYTES_OF_AN_EDIT + bytes.byteLength;
    if (work < BYTES_IN_A_TURN) continue;
    written.push(Buffer.concat(pieces));
    pieces = [];
    work = 0;
    await turns.next();
  }
  return Buffer.concat([...written, ...pieces, body.subarray(from)]);
}

/** Writes a text as JSON, a long one in turns of the event loop. */
export async function writeText(text: string, turns: Turns = loopTurns): Promise<string> {
  if (text.length <= BYTES_IN_A_TURN) return JSON.stringify(text);
  const written: string[] = [];
  for (let from = 0; from < text.length;) {
    // A surrogate pair is not cut, since half of one is written as an escape.
    const next = from + BYTES_IN_A_TURN;
    const end = isSecondHalf(text.charCodeAt(next)) ? next + 1 : next;
    written.push(JSON.stringify(text.slice(from, end)).slice(1, -1));
    from = end;
    await turns.next();
  }
  return `"${written.join('')}"`;
}

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
