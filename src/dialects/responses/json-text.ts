import type { JsonValue } from '../../json/json-value.ts';

/** The JSON text of one value, in pieces: bytes of the caller's body, which are not copied, and texts of the gateway. */
export type JsonText = Uint8Array | string | readonly JsonText[];

/** Returns the bytes of a value in the body that it is from. */
export function bytesOf({ body, start, end }: JsonValue): Uint8Array {
  return body.subarray(start, end);
}

/** Writes an object; a member that is undefined is left out. */
export function writeObject(members: Readonly<Record<string, JsonText | undefined>>): JsonText {
  const written = Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [[`${JSON.stringify(name)}:`, value]],
  );
  return ['{', separate(written), '}'];
}

/** Writes a list. */
export function writeList(items: readonly JsonText[]): JsonText {
  return ['[', separate(items), ']'];
}

/** Joins the pieces of a text. */
export function joinText(text: JsonText): Buffer {
  const pieces: Uint8Array[] = [];
  const add = (piece: JsonText): void => {
    if (typeof piece === 'string') pieces.push(Buffer.from(piece));
    else if (piece instanceof Uint8Array) pieces.push(piece);
    else for (const one of piece) add(one);
  };
  add(text);
  return Buffer.concat(pieces);
}

function separate(items: readonly JsonText[]): JsonText {
  return items.flatMap((item, index) => (index === 0 ? [item] : [',', item]));
}
