import type { JsonValue } from './json-value.ts';

const COMMA = 0x2c;

/** What to do with members of a JSON object: the JSON to put in a member's place, or undefined to take it out. */
export type JsonEdits = Readonly<Record<string, string | undefined>>;

/**
 * The body with changes to members of an object in it, and every other byte as it is. A member that isn't there is put
 * first.
 */
export function editJson(object: JsonValue, edits: JsonEdits): Uint8Array {
  const { body, start, end } = object;
  if (Object.keys(edits).length === 0) return body;
  return Buffer.concat([body.subarray(0, start), ...editMembers(object, edits), body.subarray(end)]);
}

/** The object alone, changed likewise. */
export function editObject(object: JsonValue, edits: JsonEdits): Uint8Array {
  return Buffer.concat(editMembers(object, edits));
}

function editMembers(object: JsonValue, edits: JsonEdits): Uint8Array[] {
  const { body } = object;
  const pieces: Uint8Array[] = [];
  const missing = new Set(Object.keys(edits));
  let from = object.start + 1;
  let isAnyKept = false;
  /** Where the member begins that follows: behind the bracket or the comma before it. */
  let begin = from;
  let takenFrom: number | undefined;
  for (const [name, value] of object.members()) {
    const isEdited = missing.delete(name);
    const edit = isEdited ? edits[name] : undefined;
    if (isEdited && edit === undefined) takenFrom ??= begin;
    else {
      if (takenFrom !== undefined) pieces.push(body.subarray(from, takenFrom));
      if (takenFrom !== undefined) from = begin;
      takenFrom = undefined;
      isAnyKept = true;
    }
    if (edit !== undefined) {
      pieces.push(body.subarray(from, value.start), Buffer.from(edit));
      from = value.end;
    }
    // Behind a value that is not the last there is nothing but space before the comma.
    begin = body.indexOf(COMMA, value.end) + 1;
  }
  if (takenFrom !== undefined) {
    // The comma before the last goes with it.
    pieces.push(body.subarray(from, isAnyKept ? takenFrom - 1 : takenFrom));
    from = object.end - 1;
  }
  const added = [...missing]
    .filter((name) => edits[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${edits[name] ?? ''}`)
    .join(',');
  const comma = added !== '' && isAnyKept ? ',' : '';
  return [Buffer.from(`{${added}${comma}`), ...pieces, body.subarray(from, object.end)];
}
