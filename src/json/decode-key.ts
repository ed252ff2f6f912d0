/**
 * Decodes the escapes of a JSON key, so that two spellings of a key become the same bytes and two keys never do.
 * @param bytes the content of a valid JSON string, without its quotes.
 * @returns WTF-8: UTF-8 in which a lone surrogate has three bytes. https://simonsapin.github.io/wtf-8/
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
    const letter = bytes[at + 1] ?? 0;
    if (letter !== 0x75) {
      decoded[length] = unescape(letter);
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
    length = writeCodePoint(decoded, length, point);
  }
  return decoded.subarray(0, length);
}

/** Reads the UTF-16 code unit of a `\u` escape; -1 if there is no such escape. */
function readUnit(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x5c || bytes[at + 1] !== 0x75) return -1;
  let unit = 0;
  for (let digit = at + 2; digit < at + 6; digit += 1) unit = (unit << 4) | digitOf(bytes[digit] ?? 0);
  return unit;
}

function digitOf(byte: number): number {
  return byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
}

/** The byte that a letter after a backslash stands for: a control for `b`, `f`, `n`, `r` and `t`, or else itself. */
function unescape(letter: number): number {
  switch (letter) {
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return letter;
  }
}

/** Writes a code point in WTF-8. @returns the position after it. */
function writeCodePoint(into: Uint8Array, at: number, point: number): number {
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
