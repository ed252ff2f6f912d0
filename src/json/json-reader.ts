import { GatewayError } from '../errors/gateway-error.ts';
import { JsonIndex, Tape } from './json-value.ts';
import { MAXIMUM_KEY_BYTES, OpenContainers } from './open-containers.ts';
import { endOfNumber, MAXIMUM_NUMBER_BYTES, StringScanner } from './scan-scalars.ts';

/**
 * Bytes that one call reads. V8 switches to optimized code at a function's next call, and at times never within a loop.
 */
const STRIDE_BYTES = 2048;

/** States of the reader. Each is named for the token that may come next. */
const VALUE = 0;
const VALUE_OR_CLOSE = 1;
const KEY_OR_CLOSE = 2;
const KEY = 3;
const COLON = 4;
const COMMA_OR_CLOSE = 5;
const NOTHING = 6;
const REST_OF_TEXT = 7;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

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
  readonly #containers: OpenContainers;
  readonly #strings: StringScanner;
  #values = 0;
  #state = VALUE;
  #at: number;
  #line = 1;
  #lineStart: number;
  /** Start of the string that is being read. */
  #textStart = 0;

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
    this.#containers = new OpenContainers(bytes, this.#tape);
    this.#strings = new StringScanner(bytes);
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
        const isObject = this.#containers.isObject;
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
    this.#containers.addValue();
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
        this.#strings.start();
        return this.#step(REST_OF_TEXT);
      case 0x7b:
        return this.#open(KEY_OR_CLOSE);
      case 0x5b:
        return this.#open(VALUE_OR_CLOSE);
      case 0x74:
        return this.#readLiteral(TRUE);
      case 0x66:
        return this.#readLiteral(FALSE);
      case 0x6e:
        return this.#readLiteral(NULL);
      default:
        return this.#readNumber();
    }
  }

  #open(state: number): true {
    this.#containers.open(this.#at);
    return this.#step(state);
  }

  #close(): true {
    this.#containers.close(this.#at + 1);
    return this.#step(this.#behindValue());
  }

  #behindValue(): number {
    return this.#containers.depth === 0 ? NOTHING : COMMA_OR_CLOSE;
  }

  #readLiteral(literal: Uint8Array): boolean {
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
    const start = this.#at;
    const end = endOfNumber(this.#bytes, start);
    if (end < 0) {
      this.#at = ~end;
      return false;
    }
    if (end > start + MAXIMUM_NUMBER_BYTES) {
      throw this.#containers.tooMuch(`a number must have at most ${MAXIMUM_NUMBER_BYTES} characters`);
    }
    return this.#endScalar(start, end);
  }

  /** Reads the next bytes of a string that is a value. */
  #readText(stop: number): boolean {
    const at = this.#strings.findQuote(this.#at, stop);
    this.#at = at;
    if (this.#strings.isBroken) return false;
    if (at >= stop) return true;
    this.#tape.push(this.#textStart, ((at + 1) | this.#strings.escaped) >>> 0);
    return this.#step(this.#behindValue());
  }

  #readKey(byte: number): boolean {
    if (byte !== 0x22) return false;
    const start = this.#at;
    const stop = Math.min(this.#bytes.length, start + MAXIMUM_KEY_BYTES + 2);
    this.#strings.start();
    const at = this.#strings.findQuote(start + 1, stop);
    if (this.#strings.isBroken || at >= this.#bytes.length) {
      this.#at = at;
      return false;
    }
    if (at >= stop) {
      throw this.#containers.tooMuch(
        `a key must have at most ${MAXIMUM_KEY_BYTES} bytes`,
        this.#containers.depth - 1,
      );
    }
    this.#containers.addKey(this.#tape.push(start, ((at + 1) | this.#strings.escaped) >>> 0));
    this.#at = at;
    return this.#step(COLON);
  }
}
