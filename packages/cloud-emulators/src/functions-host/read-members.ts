import { setImmediate } from 'node:timers/promises';

/** A member of a JSON object: the bytes and the kind of its value. */
export interface Member {
  readonly name: string;
  readonly kind: 'object' | 'array' | 'string' | 'literal';
  /** The value's own bytes. */
  readonly value: Uint8Array;
}

/**
 * The maximum depth that Newtonsoft.Json reads.
 * Source: https://www.newtonsoft.com/json/help/html/P_Newtonsoft_Json_JsonReader_MaxDepth.htm
 */
const MAXIMUM_DEPTH = 64;
/** The bytes that are read before other work has its turn; they take some tenths of a millisecond. */
const BYTES_IN_A_TURN = 64 * 1024;
const MAXIMUM_LITERAL = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACE = 0x7b;
const BRACKET = 0x5b;
/** The distance from an opening bracket's code to that of its closing one. */
const CLOSING = 2;
const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/**
 * Reads the members of a JSON object in the order in which they stand, equal names included. It passes over the bytes
 * once, builds no tree, and lets other work run in between.
 * @param keep called with each member; members that it does not keep take no memory.
 * @returns false for a text that is no JSON object, or nested too deeply; `keep` may have been called before that
 * shows.
 */
export async function readMembers(json: Uint8Array, keep: (member: Member) => void): Promise<boolean> {
  const reader = new Reader(json, keep);
  while (reader.read(BYTES_IN_A_TURN)) await setImmediate();
  return reader.isObject;
}

/** The token that may come next, or the one that the reader is within. */
type Expected = 'value' | 'item' | 'name' | 'member' | 'colon' | 'more' | 'nothing' | 'string' | 'literal';

class Reader {
  readonly #json: Uint8Array;
  readonly #keep: (member: Member) => void;
  /** The brackets that are open. */
  readonly #open = new Uint8Array(MAXIMUM_DEPTH);
  #depth = 0;
  #at = 0;
  #expected: Expected = 'value';
  #isName = false;
  #name: Uint8Array = new Uint8Array();
  /** Offset of the string or the literal that the reader is within. */
  #start = 0;
  /** Offset of the value of the object's own member. */
  #valueStart = 0;
  isObject = false;

  constructor(json: Uint8Array, keep: (member: Member) => void) {
    this.#json = json;
    this.#keep = keep;
  }

  /** Reads the given number of bytes. @returns true when there is more to read. */
  read(bytes: number): boolean {
    const until = this.#at + bytes;
    while (this.#at < until) {
      const byte = this.#json[this.#at];
      if (byte === undefined) {
        this.isObject = this.#expected === 'nothing';
        return false;
      }
      if (this.#expected === 'string' && byte !== QUOTE) this.#skipText(until);
      else if (this.#expected === 'literal' && isOfLiteral(byte)) this.#skipLiteral(until);
      else if (this.#expected === 'literal') {
        if (!this.#endLiteral()) return false;
      } else {
        if (!isSpace(byte) && !this.#take(byte)) return false;
        this.#at += 1;
      }
    }
    return true;
  }

  /** Skips to the quote that ends a string. */
  #skipText(until: number): void {
    const json = this.#json;
    let at = this.#at;
    for (let byte = json[at]; at < until && byte !== QUOTE && byte !== undefined; byte = json[at])
      at += byte === BACKSLASH ? 2 : 1;
    this.#at = at;
  }

  /** Skips a number or a word. */
  #skipLiteral(until: number): void {
    const json = this.#json;
    let at = this.#at;
    while (at < until && isOfLiteral(json[at])) at += 1;
    this.#at = at;
  }

  #take(byte: number): boolean {
    switch (this.#expected) {
      case 'string':
        return this.#endString();
      case 'literal':
      case 'nothing':
        return false;
      case 'colon':
        this.#expected = 'value';
        return byte === COLON;
      case 'more':
        if (byte !== COMMA) return this.#close(byte);
        this.#expected = this.#open[this.#depth - 1] === BRACE ? 'name' : 'value';
        return true;
      case 'member':
        return byte === QUOTE ? this.#startName() : this.#close(byte);
      case 'name':
        return byte === QUOTE && this.#startName();
      case 'item':
        return byte === BRACKET + CLOSING ? this.#close(byte) : this.#startValue(byte);
      case 'value':
        return this.#startValue(byte);
    }
  }

  #startName(): boolean {
    this.#isName = true;
    this.#start = this.#at;
    this.#expected = 'string';
    return true;
  }

  #startValue(byte: number): boolean {
    // The outermost value has to be an object.
    if (this.#depth === 0 && byte !== BRACE) return false;
    if (this.#depth === 1) this.#valueStart = this.#at;
    this.#start = this.#at;
    if (byte !== BRACE && byte !== BRACKET) {
      this.#isName = false;
      this.#expected = byte === QUOTE ? 'string' : 'literal';
      return byte === QUOTE || isOfLiteral(byte);
    }
    if (this.#depth === MAXIMUM_DEPTH) return false;
    this.#open[this.#depth] = byte;
    this.#depth += 1;
    this.#expected = byte === BRACE ? 'member' : 'item';
    return true;
  }

  #endString(): boolean {
    this.#expected = this.#isName ? 'colon' : 'more';
    if (this.#depth > 1) return true;
    if (!this.#isName) return this.#endValue('string', this.#at + 1);
    this.#name = this.#json.subarray(this.#start, this.#at + 1);
    return true;
  }

  #endLiteral(): boolean {
    this.#expected = 'more';
    const length = this.#at - this.#start;
    const first = this.#json[this.#start] ?? 0;
    const isDigit = length === 1 && first >= 0x30 && first <= 0x39;
    if (
      !isDigit &&
      (length > MAXIMUM_LITERAL || !LITERAL.test(textOf(this.#json.subarray(this.#start, this.#at))))
    )
      return false;
    return this.#depth > 1 || this.#endValue('literal', this.#at);
  }

  #close(byte: number): boolean {
    const opened = this.#open[this.#depth - 1] ?? 0;
    if (byte !== opened + CLOSING) return false;
    this.#depth -= 1;
    this.#expected = this.#depth === 0 ? 'nothing' : 'more';
    return this.#depth !== 1 || this.#endValue(opened === BRACE ? 'object' : 'array', this.#at + 1);
  }

  /** Ends a value, and hands it on when it belongs to the outermost object. */
  #endValue(kind: Member['kind'], end: number): boolean {
    let name: unknown;
    try {
      name = JSON.parse(textOf(this.#name));
    } catch {
      return false;
    }
    this.#keep({ name: String(name), kind, value: this.#json.subarray(this.#valueStart, end) });
    return true;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Says if a byte may be part of a literal: a digit, a letter, `+`, `-` or `.`. */
function isOfLiteral(byte = 0): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x2b ||
    byte === 0x45
  );
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}
