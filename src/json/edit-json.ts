import type { JsonValue } from './json-value.ts';

const COMMA = 0x2c;

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
  /** Writes what stands there instead. */
  readonly write: () => string;
}

/** Replaces ranges of a text, which are in order and do not overlap. Every other byte stays as it is. */
export function editRanges(body: Uint8Array, edits: readonly RangeEdit[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { start, end, write } of edits) {
    pieces.push(body.subarray(from, start), Buffer.from(write()));
    from = end;
  }
  pieces.push(body.subarray(from));
  return Buffer.concat(pieces);
}
