import { ESCAPED } from './json-value.ts';

/** More characters than any double needs: https://www.exploringbinary.com/maximum-number-of-decimal-digits-in-binary-floating-point-numbers/ */
export const MAXIMUM_NUMBER_BYTES = 1_100;

/**
 * Finds the end of the number that begins at `start`, by the grammar of RFC 8259. Reads one byte more than
 * MAXIMUM_NUMBER_BYTES at most.
 * @returns the position after the number; `~position` when the byte at that position should be a digit and is not.
 */
export function endOfNumber(bytes: Uint8Array, start: number): number {
  const limit = start + MAXIMUM_NUMBER_BYTES;
  let at = bytes[start] === 0x2d ? start + 1 : start;
  at = bytes[at] === 0x30 ? at + 1 : endOfDigits(bytes, at, limit);
  if (at < 0 || at > limit) return at;
  if (bytes[at] === 0x2e) {
    at = endOfDigits(bytes, at + 1, limit);
    if (at < 0 || at > limit) return at;
  }
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return at;
  const sign = bytes[at + 1];
  return endOfDigits(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1, limit);
}

/** @returns the position after the digits, or after the first digit beyond the limit; `~start` if there is no digit. */
function endOfDigits(bytes: Uint8Array, start: number, limit: number): number {
  let at = start;
  while (isDigit(bytes[at] ?? 0)) {
    at += 1;
    if (at > limit) break;
  }
  return at > start ? at : ~start;
}

/** Bytes of a string that are looked at one by one before words of four bytes are: most strings are short. */
const NEAR_BYTES = 16;

/** Finds the end of one string of a JSON text after the other, by the grammar of RFC 8259. */
export class StringScanner {
  /** ESCAPED when the string has an escape in the bytes that were scanned, otherwise 0. */
  escaped = 0;
  /** True after a byte that no string may have there. */
  isBroken = false;
  readonly #bytes: Uint8Array;
  /** All words of the memory that the bytes lie in; made for the first long string. */
  #words: Int32Array | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Begins another string. */
  start(): void {
    this.escaped = 0;
  }

  /**
   * Scans a string from `start`, which is not within an escape, to before `stop`, or to the end of an escape that crosses it.
   * @param stop a position up to the end of the bytes.
   * @returns the position of the closing quote; a position from `stop` on if the string goes on; the position of the
   *   error when `isBroken` is true.
   */
  findQuote(start: number, stop: number): number {
    const bytes = this.#bytes;
    for (let at = start; ; at += 1) {
      // Escapes often follow one another.
      if (isPlain(bytes[at] ?? 0)) at = this.#skipPlain(at, stop);
      if (at >= stop || bytes[at] === 0x22) return at;
      if (bytes[at] !== 0x5c) return this.#break(at);
      this.escaped = ESCAPED;
      at += 1;
      if (bytes[at] === 0x75) {
        for (let digit = 0; digit < 4; digit += 1) {
          at += 1;
          if (!isHexDigit(bytes[at] ?? 0)) return this.#break(at);
        }
      } else if (!isEscapable(bytes[at] ?? 0)) return this.#break(at);
    }
  }

  /** @returns the position of the next quote, backslash or control character before `stop`; `stop` if there is none. */
  #skipPlain(start: number, stop: number): number {
    const bytes = this.#bytes;
    const firstWord = ((bytes.byteOffset + start + NEAR_BYTES) & ~3) - bytes.byteOffset;
    const near = firstWord < stop ? firstWord : stop;
    let at = start;
    while (at < near && isPlain(bytes[at] ?? 0)) at += 1;
    if (at < near || near === stop) return at;
    at = this.#skipWords(at, stop);
    while (at < stop && isPlain(bytes[at] ?? 0)) at += 1;
    return at;
  }

  /**
   * Skips words of which no byte is a quote, a backslash or a control character.
   * The formulas are those of https://graphics.stanford.edu/~seander/bithacks.html (ZeroInWord, HasLessInWord).
   * @param start the position of a word.
   * @returns the position of a word with such a byte, or of the word in which `stop` is.
   */
  #skipWords(start: number, stop: number): number {
    const { buffer, byteOffset } = this.#bytes;
    const words = (this.#words ??= new Int32Array(buffer, 0, buffer.byteLength >>> 2));
    const last = (byteOffset + stop) >>> 2;
    let index = (byteOffset + start) >>> 2;
    for (; index < last; index += 1) {
      const word = words[index] ?? 0;
      const quotes = word ^ 0x22222222;
      const backslashes = word ^ 0x5c5c5c5c;
      const found =
        ((word - 0x20202020) & ~word) |
        ((quotes - 0x01010101) & ~quotes) |
        ((backslashes - 0x01010101) & ~backslashes);
      if ((found & 0x80808080) !== 0) break;
    }
    return index * 4 - byteOffset;
  }

  #break(at: number): number {
    this.isBroken = true;
    return Math.min(at, this.#bytes.length);
  }
}

/** True for a byte of a string that stands for itself. */
function isPlain(byte: number): boolean {
  return byte !== 0x22 && byte !== 0x5c && byte >= 0x20;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** True for `"`, `\`, `/`, `b`, `f`, `n`, `r` and `t`. */
function isEscapable(byte: number): boolean {
  switch (byte) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    default:
      return false;
  }
}
