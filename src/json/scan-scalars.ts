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

/** Finds the end of one string of a JSON text after the other, by the grammar of RFC 8259. */
export class StringScanner {
  /** ESCAPED when the string has an escape in the bytes that were scanned, otherwise 0. */
  escaped = 0;
  /** True after a byte that no string may have there. */
  isBroken = false;

  /** Begins another string. */
  start(): void {
    this.escaped = 0;
  }

  /**
   * Scans a string from `start`, which is not within an escape, to before `stop`, or to the end of an escape that crosses it.
   * @returns the position of the closing quote; a position from `stop` on if the string goes on; the position of the
   *   error when `isBroken` is true.
   */
  findQuote(bytes: Uint8Array, start: number, stop: number): number {
    for (let at = start; ; at += 1) {
      if (at >= stop) return at;
      const byte = bytes[at] ?? 0;
      if (byte === 0x22) return at;
      if (byte === 0x5c) {
        this.escaped = ESCAPED;
        at += 1;
        if (bytes[at] === 0x75) {
          for (let digit = 0; digit < 4; digit += 1) {
            at += 1;
            if (!isHexDigit(bytes[at] ?? 0)) return this.#break(bytes, at);
          }
        } else if (!isEscapable(bytes[at] ?? 0)) return this.#break(bytes, at);
      } else if (byte < 0x20) return this.#break(bytes, at);
    }
  }

  #break(bytes: Uint8Array, at: number): number {
    this.isBroken = true;
    return Math.min(at, bytes.length);
  }
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
