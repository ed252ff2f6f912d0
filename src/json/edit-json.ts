import type { JsonValue } from './json-value.ts';

/** What to do with members of a JSON object: the JSON to put in a member's place, or undefined to take it out. */
export type JsonEdits = Readonly<Record<string, string | undefined>>;

/**
 * The body with changes to members of an object in it, and every other byte as it is, save for the comma and the space
 * around one that is taken out. A member that isn't there is put first.
 */
export function editJson(object: JsonValue, edits: JsonEdits): Uint8Array {
  const { body } = object;
  const pieces: Uint8Array[] = [];
  const missing = new Set(Object.keys(edits));
  let from = object.start + 1;
  let keptEnd: number | undefined;
  /** Where those begin and end that have been taken out since the last that is kept. */
  let taken: { readonly start: number; readonly end: number } | undefined;
  for (const [name, value, start] of object.members()) {
    const isEdited = missing.delete(name);
    const edit = isEdited ? edits[name] : undefined;
    if (isEdited && edit === undefined) {
      taken = { start: taken?.start ?? start, end: value.end };
      continue;
    }
    if (taken) {
      pieces.push(body.subarray(from, taken.start));
      from = start;
      taken = undefined;
    }
    if (edit !== undefined) {
      pieces.push(body.subarray(from, value.start), Buffer.from(edit));
      from = value.end;
    }
    keptEnd = value.end;
  }
  if (taken) {
    // The comma before the last goes with it.
    const end = keptEnd ?? taken.start;
    pieces.push(body.subarray(from, end));
    from = taken.end;
  }
  const added = [...missing]
    .filter((name) => edits[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${edits[name] ?? ''}`)
    .join(',');
  const comma = added !== '' && keptEnd !== undefined ? ',' : '';
  return Buffer.concat([
    body.subarray(0, object.start + 1),
    Buffer.from(added + comma),
    ...pieces,
    body.subarray(from),
  ]);
}
