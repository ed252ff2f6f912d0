import { formatPath } from '../errors/format-path.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import { decodeKey } from './decode-key.ts';
import { ESCAPED, JsonIndex, Tape } from './json-value.ts';
import { hashKey, SeenKeys } from './seen-keys.ts';

/** Protobuf allows 100 nested messages, and one level of JSON can take two. */
const MAXIMUM_DEPTH = 48;
const MAXIMUM_MEMBERS = 100_000;
const MAXIMUM_KEY_BYTES = 16_384;
/** More characters than any double needs: https://www.exploringbinary.com/maximum-number-of-decimal-digits-in-binary-floating-point-numbers/ */
const MAXIMUM_NUMBER_BYTES = 1_100;

/**
 * Bytes that one call reads. V8 switches to optimized code at a function's next call, and at times never within a loop.
 */
const STRIDE_BYTES = 512;

/** States of the reader, named for the token that may come next. */
const VALUE = 0;
const VALUE_OR_CLOSE = 1;
const KEY_OR_CLOSE = 2;
const KEY = 3;
const COLON = 4;
const COMMA_OR_CLOSE = 5;
const NOTHING = 6;
const REST_OF_TEXT = 7;

const LITERALS: Readonly<Record<number, Uint8Array>> = {
  0x74: Buffer.from('true'),
  0x66: Buffer.from('false'),
  0x6e: Buffer.from('null'),
};
const PROTO = Buffer.from('__proto__');
const PROTO_HASH = hashKey(PROTO, 0, PROTO.length);

/** The state of reading; `broken` means that the byte at `place.at` violates the grammar. */
export type Progress = 'reading' | 'read' | 'broken';

/**
 * Reads a JSON text piece by piece into an index, in one pass, by the grammar of RFC 8259. It refuses texts that two
 * readers could understand differently. The work is linear in the number of bytes.
 */
export class JsonReader {
  readonly #bytes: Uint8Array;
  readonly #maximumValues: number;
  readonly #tape: Tape;
  #values = 0;
  #state = VALUE;
  #at: number;
  #line = 1;
  #lineStart: number;
  /** Start of the string that is being read. */
  #textStart = 0;
  #escaped = 0;
  #isBadText = false;
  #depth = 0;
  /** Entry of the open container at each level. */
  readonly #containers: number[] = [];
  /** Members or items so far at each level. */
  readonly #counts: number[] = [];
  /** Entry of the latest key at each level. */
  readonly #keys: number[] = [];
  /** Keys so far at each level. */
  readonly #seen: SeenKeys[] = [];

  /**
   * A reader that is never collected as garbage. V8 forgets the hidden class of objects when the last of them is gone.
   * Readers made later get another hidden class, and code that has met several is many times slower.
   */
  static readonly keptAlive = new JsonReader(Buffer.from('{"kept":true}'), 2);
  static {
    this.keptAlive.advance(Infinity);
  }

  /** @param bytes valid UTF-8, with or without a byte order mark. */
  constructor(bytes: Uint8Array, maximumValues: number) {
    this.#bytes = bytes;
    this.#maximumValues = maximumValues;
    this.#tape = new Tape(bytes.length >>> 4);
    this.#at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    this.#lineStart = this.#at;
  }

  /** The position: the first byte that has not been read, its line from 1, and the first byte of that line. */
  get place(): { readonly at: number; readonly line: number; readonly lineStart: number } {
    return { at: this.#at, line: this.#line, lineStart: this.#lineStart };
  }

  /** The index, which is complete after `advance` has returned `read`. */
  get index(): JsonIndex {
    return new JsonIndex(this.#bytes, this.#tape);
  }

  /**
   * Reads the next bytes, and some more if the last of them is within a key or a number.
   * @throws GatewayError INVALID_JSON for nesting deeper than 48 levels, a key that stands twice in one object, or the
   *   key `__proto__`; INVALID_REQUEST beyond a bound.
   */
  advance(byteCount: number): Progress {
    const bytes = this.#bytes;
    const stop = Math.min(bytes.length, this.#at + byteCount);
    while (this.#at < stop) {
      if (!this.#takeUpTo(Math.min(stop, this.#at + STRIDE_BYTES))) return 'broken';
    }
    if (this.#at < bytes.length) return 'reading';
    return this.#state === NOTHING ? 'read' : 'broken';
  }

  #takeUpTo(stop: number): boolean {
    while (this.#at < stop) {
      if (this.#state === REST_OF_TEXT) {
        if (!this.#readText(stop)) return false;
        continue;
      }
      const byte = this.#bytes[this.#at] ?? 0;
      if (!(byte <= 0x20 ? this.#skipSpace(byte) : this.#take(byte))) return false;
    }
    return true;
  }

  #skipSpace(byte: number): boolean {
    if (byte === 0x0a) {
      this.#line += 1;
      this.#lineStart = this.#at + 1;
    } else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
    this.#at += 1;
    return true;
  }

  #take(byte: number): boolean {
    switch (this.#state) {
      case VALUE_OR_CLOSE:
        return byte === 0x5d ? this.#close() : this.#beginValue(byte);
      case VALUE:
        return this.#beginValue(byte);
      case KEY_OR_CLOSE:
        return byte === 0x7d ? this.#close() : this.#readKey(byte);
      case KEY:
        return this.#readKey(byte);
      case COLON:
        return byte === 0x3a && this.#step(VALUE);
      case COMMA_OR_CLOSE: {
        const isObject = this.#isObject(this.#depth - 1);
        if (byte === 0x2c) return this.#step(isObject ? KEY : VALUE);
        return byte === (isObject ? 0x7d : 0x5d) && this.#close();
      }
      default:
        return false;
    }
  }

  #step(state: number): true {
    this.#at += 1;
    this.#state = state;
    return true;
  }

  #beginValue(byte: number): boolean {
    if (this.#depth > 0) this.#counts[this.#depth - 1] = (this.#counts[this.#depth - 1] ?? 0) + 1;
    this.#values += 1;
    if (this.#values > this.#maximumValues) {
      throw new GatewayError(
        'INVALID_REQUEST',
        `The body has more than ${this.#maximumValues} values, the most that is accepted.`,
      );
    }
    switch (byte) {
      case 0x22:
        this.#textStart = this.#at;
        this.#escaped = 0;
        return this.#step(REST_OF_TEXT);
      case 0x7b:
        return this.#open(KEY_OR_CLOSE);
      case 0x5b:
        return this.#open(VALUE_OR_CLOSE);
      case 0x74:
      case 0x66:
      case 0x6e:
        return this.#readLiteral(byte);
      default:
        return this.#readNumber();
    }
  }

  #open(state: number): true {
    const level = this.#depth;
    if (level === MAXIMUM_DEPTH) {
      throw new GatewayError('INVALID_JSON', `The body is nested deeper than ${MAXIMUM_DEPTH} levels.`);
    }
    this.#containers[level] = this.#tape.push(this.#at, 0);
    this.#counts[level] = 0;
    this.#seen[level]?.start();
    this.#depth = level + 1;
    return this.#step(state);
  }

  #close(): true {
    this.#depth -= 1;
    const level = this.#depth;
    const close = this.#tape.push(this.#at + 1, this.#counts[level] ?? 0);
    this.#tape.setSecond(this.#containers[level] ?? 0, close);
    return this.#step(this.#behindValue());
  }

  #behindValue(): number {
    return this.#depth === 0 ? NOTHING : COMMA_OR_CLOSE;
  }

  #isObject(level: number): boolean {
    return this.#bytes[this.#tape.first(this.#containers[level] ?? 0)] === 0x7b;
  }

  #readLiteral(byte: number): boolean {
    const literal = LITERALS[byte] ?? PROTO;
    const start = this.#at;
    for (let index = 1; index < literal.length; index += 1) {
      if (this.#bytes[start + index] !== literal[index]) return false;
    }
    return this.#endScalar(start, start + literal.length);
  }

  #endScalar(start: number, end: number): true {
    this.#tape.push(start, end);
    this.#at = end;
    this.#state = this.#behindValue();
    return true;
  }

  #readNumber(): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    if (bytes[at] === 0x2d) at += 1;
    if (bytes[at] === 0x30) at += 1;
    else if (!(at = this.#readDigits(at))) return false;
    if (bytes[at] === 0x2e && !(at = this.#readDigits(at + 1))) return false;
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      const sign = bytes[at + 1];
      if (!(at = this.#readDigits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1))) return false;
    }
    return this.#endScalar(start, at);
  }

  /** @returns the position after the digits; 0 if there is none, with the reader left at that position. */
  #readDigits(start: number): number {
    const limit = this.#at + MAXIMUM_NUMBER_BYTES;
    let at = start;
    while (isDigit(this.#bytes[at] ?? 0)) {
      at += 1;
      if (at > limit) throw this.#tooMuch(`a number must have at most ${MAXIMUM_NUMBER_BYTES} characters`);
    }
    if (at > start) return at;
    this.#at = start;
    return 0;
  }

  /** Reads the next bytes of a string that is a value. */
  #readText(stop: number): boolean {
    const at = this.#findQuote(this.#at, stop);
    this.#at = at;
    if (this.#isBadText) return false;
    if (at >= stop) return true;
    this.#tape.push(this.#textStart, ((at + 1) | this.#escaped) >>> 0);
    return this.#step(this.#behindValue());
  }

  #readKey(byte: number): boolean {
    if (byte !== 0x22) return false;
    const start = this.#at;
    const stop = Math.min(this.#bytes.length, start + MAXIMUM_KEY_BYTES + 2);
    this.#escaped = 0;
    const at = this.#findQuote(start + 1, stop);
    if (this.#isBadText || at >= this.#bytes.length) {
      this.#at = at;
      return false;
    }
    if (at >= stop)
      throw this.#tooMuch(`a key must have at most ${MAXIMUM_KEY_BYTES} bytes`, this.#depth - 1);
    const key = this.#tape.push(start, ((at + 1) | this.#escaped) >>> 0);
    this.#checkKey(key);
    this.#at = at;
    return this.#step(COLON);
  }

  /**
   * Finds the quote that ends a string.
   * @returns its position; a position from `stop` on if the string goes on; the position of the error in a broken
   *   string.
   */
  #findQuote(start: number, stop: number): number {
    const bytes = this.#bytes;
    for (let at = start; ; at += 1) {
      if (at >= stop) return at;
      const byte = bytes[at] ?? 0;
      if (byte === 0x22) return at;
      if (byte === 0x5c) {
        this.#escaped = ESCAPED;
        at += 1;
        if (bytes[at] === 0x75) {
          for (let digit = 0; digit < 4; digit += 1) {
            at += 1;
            if (!isHexDigit(bytes[at] ?? 0)) return this.#badText(at);
          }
        } else if (!isEscapable(bytes[at] ?? 0)) return this.#badText(at);
      } else if (byte < 0x20) return this.#badText(at);
    }
  }

  #badText(at: number): number {
    this.#isBadText = true;
    return Math.min(at, this.#bytes.length);
  }

  #checkKey(key: number): void {
    const level = this.#depth - 1;
    this.#keys[level] = key;
    if ((this.#counts[level] ?? 0) >= MAXIMUM_MEMBERS) {
      throw this.#tooMuch(`must have at most ${MAXIMUM_MEMBERS} members`, level);
    }
    const hash = this.#hashOf(key);
    const isNew = (this.#seen[level] ??= new SeenKeys(this.#isSameKey)).add(hash, key);
    if (isNew && (hash !== PROTO_HASH || Buffer.compare(this.#keyOf(key), PROTO) !== 0)) return;
    const field = this.#path();
    const description = isNew ? 'this key is not allowed' : 'this key occurs twice';
    throw new GatewayError(
      'INVALID_JSON',
      `The body has a key that is not valid at ${field}: ${description}.`,
      {
        violations: [{ field, description }],
      },
    );
  }

  #hashOf(entry: number): number {
    const end = this.#tape.second(entry);
    if (end < ESCAPED) return hashKey(this.#bytes, this.#tape.first(entry) + 1, end - 1);
    const key = this.#keyOf(entry);
    return hashKey(key, 0, key.length);
  }

  /** Compares two keys with the same hash. */
  readonly #isSameKey = (one: number, other: number): boolean =>
    Buffer.compare(this.#keyOf(one), this.#keyOf(other)) === 0;

  #keyOf(entry: number): Uint8Array {
    const end = this.#tape.second(entry);
    const raw = this.#bytes.subarray(this.#tape.first(entry) + 1, (end & ~ESCAPED) - 1);
    return end >= ESCAPED ? decodeKey(raw) : raw;
  }

  #tooMuch(description: string, levels = this.#depth): GatewayError {
    return invalidBody([{ field: this.#path(levels) || 'body', description }]);
  }

  /** Path of the value that is being read. */
  #path(levels = this.#depth): string {
    const parts = Array.from({ length: levels }, (_, level) =>
      this.#isObject(level)
        ? this.index.valueAt(this.#keys[level] ?? 0).readText(MAXIMUM_KEY_BYTES)
        : (this.#counts[level] ?? 1) - 1,
    );
    return formatPath(parts.map((part) => part ?? ''));
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
