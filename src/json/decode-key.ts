/** What stands behind a backslash, where it isn't its own meaning. */
const MEANINGS: Readonly<Record<string, number>> = { b: 0x08, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09 };

/**
 * The bytes of a key whose escapes are undone, so that two spellings of a key become the same bytes and nothing else does:
 * UTF-8, with half a surrogate pair as the three bytes that it would have there. https://simonsapin.github.io/wtf-8/
 * @param bytes of a valid JSON string from behind its first quote to before its last.
 */
export function decodeKey(bytes: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x5c) {
      decoded[length] = byte;
      length += 1;
      at += 1;
      continue;
    }
    const letter = String.fromCharCode(bytes[at + 1] ?? 0);
    if (letter !== 'u') {
      decoded[length] = MEANINGS[letter] ?? letter.charCodeAt(0);
      length += 1;
      at += 2;
      continue;
    }
    let point = readUnit(bytes, at);
    at += 6;
    const low = readUnit(bytes, at);
    if (point >= 0xd800 && point < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
      at += 6;
    }
    length = write(decoded, length, point);
  }
  return decoded.subarray(0, length);
}

/** The UTF-16 code unit that an escape stands for; -1 where none stands. */
function readUnit(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x5c || bytes[at + 1] !== 0x75) return -1;
  return Number.parseInt(String.fromCharCode(...bytes.subarray(at + 2, at + 6)), 16);
}

function write(into: Uint8Array, at: number, point: number): number {
  if (point < 0x80) {
    into[at] = point;
    return at + 1;
  }
  const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  into[at] = ((0xff00 >> (more + 1)) & 0xff) | (point >> (6 * more));
  for (let part = 1; part <= more; part += 1)
    into[at + part] = 0x80 | ((point >> (6 * (more - part))) & 0x3f);
  return at + more + 1;
}
