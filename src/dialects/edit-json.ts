/** What to do with members of a JSON object: the JSON to put in a member's place, or undefined to take it out. */
export type JsonEdits = Readonly<Record<string, string | undefined>>;

interface Member {
  readonly name: string;
  /** From behind the bracket or comma before it to the comma or bracket behind it. */
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly end: number;
}

/**
 * Changes members of the outermost object and leaves every other byte as it is. A member that isn't there is put first.
 * @param json a JSON object that has been parsed before: valid, in UTF-8, no name twice.
 */
export function editJson(json: Uint8Array, edits: JsonEdits): Uint8Array {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  const { members, close } = findMembers(bytes);
  const open = bytes.indexOf('{') + 1;
  const added = Object.entries(edits)
    .filter(([name, value]) => value !== undefined && !members.some((member) => member.name === name))
    .map(([name, value]) => Buffer.from(`${JSON.stringify(name)}:${value ?? ''}`));
  const kept = members
    .filter(({ name }) => !Object.hasOwn(edits, name) || edits[name] !== undefined)
    .map(({ name, start, valueStart, valueEnd, end }) => {
      // A member may have the name of one that every object has.
      const value = Object.hasOwn(edits, name) ? edits[name] : undefined;
      if (value === undefined) return bytes.subarray(start, end);
      return Buffer.concat([
        bytes.subarray(start, valueStart),
        Buffer.from(value),
        bytes.subarray(valueEnd, end),
      ]);
    });
  const inner = [...added, ...kept].flatMap((piece, index) => (index === 0 ? [piece] : [COMMA, piece]));
  // Without members, what stands between the brackets is space.
  if (members.length === 0) inner.push(bytes.subarray(open, close));
  return Buffer.concat([bytes.subarray(0, open), ...inner, bytes.subarray(close)]);
}

const COMMA = Buffer.from(',');

/** All characters of JSON's structure are single bytes, and no byte of a longer character looks like one. */
function findMembers(bytes: Buffer): { readonly members: Member[]; readonly close: number } {
  const members: Member[] = [];
  let start = bytes.indexOf('{') + 1;
  for (;;) {
    const quote = skipSpace(bytes, start);
    if (bytes[quote] === 0x7d) return { members, close: quote };
    const nameEnd = endOfString(bytes, quote);
    const name = JSON.parse(bytes.toString('utf8', quote, nameEnd)) as string;
    const valueStart = skipSpace(bytes, bytes.indexOf(':', nameEnd) + 1);
    const valueEnd = endOfValue(bytes, valueStart);
    const end = skipSpace(bytes, valueEnd);
    members.push({ name, start, valueStart, valueEnd, end });
    if (bytes[end] === 0x7d) return { members, close: end };
    start = end + 1;
  }
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (' \t\r\n'.includes(String.fromCharCode(bytes[at] ?? 0))) at += 1;
  return at;
}

function endOfString(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf('"', start + 1); ; end = bytes.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
}

function endOfValue(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; ; at += 1) {
    const byte = bytes[at];
    if (byte === 0x22) at = endOfString(bytes, at) - 1;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    if (depth === 0) {
      if (byte === 0x22 || byte === 0x7d || byte === 0x5d) return at + 1;
      const next = bytes[at + 1];
      // A number, true, false or null ends where something else begins.
      if (next === undefined || ',}] \t\r\n'.includes(String.fromCharCode(next))) return at + 1;
    }
  }
}
