/** The type of a JSON value. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

function kindOf(firstByte: number | undefined): JsonKind {
  switch (firstByte) {
    case 0x7b:
      return 'object';
    case 0x5b:
      return 'array';
    case 0x22:
      return 'string';
    case 0x74:
    case 0x66:
      return 'boolean';
    case 0x6e:
      return 'null';
    default:
      return 'number';
  }
}

/** A value in a JSON text that has been read. Its content is read from the text when asked for. */
export class JsonValue {
  readonly #index: JsonIndex;
  readonly #entry: number;

  constructor(index: JsonIndex, entry: number) {
    this.#index = index;
    this.#entry = entry;
  }

  /** The type of the value. */
  get kind(): JsonKind {
    return kindOf(this.#index.bytes[this.start]);
  }

  /** Position of its first byte in the body. */
  get start(): number {
    return this.#index.tape.first(this.#entry);
  }

  /** Position after its last byte in the body. */
  get end(): number {
    const { tape } = this.#index;
    const second = tape.second(this.#entry);
    return this.#isContainer() ? tape.first(second) : second & ~ESCAPED;
  }

  /** Number of members of an object or items of an array, in constant time; zero for other types. */
  get length(): number {
    const { tape } = this.#index;
    return this.#isContainer() ? tape.second(tape.second(this.#entry)) : 0;
  }

  /** Number of values in it, itself included, plus names and closing brackets; in constant time. */
  get entryCount(): number {
    return this.#isContainer() ? this.#index.tape.second(this.#entry) - this.#entry + 1 : 1;
  }

  /** Members of an object in their order, each with the position of its name in the body; none for other types. */
  *members(): Generator<[name: string, value: JsonValue, start: number]> {
    const children = this.children();
    while (this.kind === 'object' && children.next()) yield [children.name, children.value, children.start];
  }

  /** Items of an array; none for other types. */
  *items(): Generator<JsonValue> {
    const children = this.children();
    while (this.kind === 'array' && children.next()) yield children.value;
  }

  /** Begins to go through its members or items; a value of another type has none. */
  children(): JsonChildren {
    return new JsonChildren(this.#index, this.#entry, this.kind);
  }

  /** The value of a member; undefined if there is none of this name. Takes linear time in the number of members. */
  member(name: string): JsonValue | undefined {
    if (this.kind !== 'object') return undefined;
    const close = this.#index.tape.second(this.#entry);
    for (let entry = this.#entry + 1; entry < close; entry = this.#index.after(entry + 1)) {
      if (this.#isText(entry, name)) return this.#index.valueAt(entry + 1);
    }
    return undefined;
  }

  /** The decoded string; undefined for other types, and if its JSON with its quotes has more bytes than the maximum. */
  readText(maximumBytes: number): string | undefined {
    if (this.kind !== 'string' || this.end - this.start > maximumBytes) return undefined;
    return this.#index.textAt(this.#entry);
  }

  /** The whole JSON text that has this value in it. */
  get body(): Buffer {
    return this.#index.bytes;
  }

  /** The result of JSON.parse, in one turn of the event loop: for values that are known to be small. */
  toJson(): unknown {
    return JSON.parse(this.#index.bytes.toString('utf8', this.start, this.end));
  }

  #isContainer(): boolean {
    const first = this.#index.bytes[this.start];
    return first === 0x7b || first === 0x5b;
  }

  #isText(entry: number, text: string): boolean {
    const { bytes, tape } = this.#index;
    const start = tape.first(entry) + 1;
    const end = tape.second(entry);
    if (end >= ESCAPED) return this.#index.textAt(entry) === text;
    const length = end - 1 - start;
    // UTF-8 takes at most three bytes for each UTF-16 code unit.
    if (length < text.length || length > text.length * 3) return false;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) return bytes.toString('utf8', start, end - 1) === text;
      if (bytes[start + at] !== unit) return false;
    }
    return length === text.length;
  }
}

/** A walk through the members of an object or the items of an array, in their order. It makes no value that is not asked for. */
export class JsonChildren {
  readonly #index: JsonIndex;
  /** Entry after the last of them. */
  readonly #close: number;
  /** True for members, which have a name before each value. */
  readonly #areNamed: boolean;
  #value: number;
  #position = -1;

  /** @param entry the entry of the value that they are in. */
  constructor(index: JsonIndex, entry: number, kind: JsonKind) {
    this.#index = index;
    this.#areNamed = kind === 'object';
    this.#close = this.#areNamed || kind === 'array' ? index.tape.second(entry) : 0;
    this.#value = entry;
  }

  /** Moves to the next member or item. @returns false when there is none. */
  next(): boolean {
    const after = this.#position < 0 ? this.#value + 1 : this.#index.after(this.#value);
    if (after >= this.#close) return false;
    this.#position += 1;
    this.#value = this.#areNamed ? after + 1 : after;
    return true;
  }

  /** The position of the member or item among them, from 0. */
  get position(): number {
    return this.#position;
  }

  /** The name of the member; empty for an item. */
  get name(): string {
    return this.#areNamed ? this.#index.textAt(this.#value - 1) : '';
  }

  /** The position in the body at which the member, with its name, or the item begins. */
  get start(): number {
    return this.#index.tape.first(this.#areNamed ? this.#value - 1 : this.#value);
  }

  /** The value of the member, or the item. */
  get value(): JsonValue {
    return this.#index.valueAt(this.#value);
  }
}

/**
 * The positions of all values of a JSON text, on a tape of entries in document order.
 * - A string, number, boolean or null has one entry: its start and its end.
 * - An object or array has two. The opening entry has its start and the number of the closing entry. The closing entry
 *   has its end and its count of members or items. Its content stands between the two.
 * - The name of a member has an entry of its own, before the entry of the member's value.
 */
export class JsonIndex {
  readonly bytes: Buffer;
  readonly tape: Tape;

  constructor(bytes: Uint8Array, tape: Tape) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.tape = tape;
  }

  /** The outermost value. */
  get root(): JsonValue {
    return this.valueAt(0);
  }

  /** The value whose first entry on the tape has this number. */
  valueAt(entry: number): JsonValue {
    return new JsonValue(this, entry);
  }

  /** The decoded string or name with this entry. */
  textAt(entry: number): string {
    const start = this.tape.first(entry);
    const end = this.tape.second(entry);
    if (end < ESCAPED) return this.bytes.toString('utf8', start + 1, end - 1);
    return JSON.parse(this.bytes.toString('utf8', start, end & ~ESCAPED)) as string;
  }

  /** The entry after a value and its content. */
  after(value: number): number {
    const first = this.bytes[this.tape.first(value)];
    return (first === 0x7b || first === 0x5b ? this.tape.second(value) : value) + 1;
  }
}

/** Binary logarithm of the entries in a segment. A segment has 64 KB. */
const SEGMENT_BITS = 13;
const SEGMENT_LENGTH = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_LENGTH - 1;

/** The bit that marks the end of a string with escapes. */
export const ESCAPED = 0x80000000;

/**
 * A list of entries. An entry is a pair of whole numbers below 2^32. The list grows by segments, so that it never takes
 * twice the memory of its entries. Only the first segment starts small and grows by copying.
 */
export class Tape {
  readonly #segments: Uint32Array[];
  #length = 0;

  /** @param expected estimate of the number of entries; more may be pushed. */
  constructor(expected: number) {
    this.#segments = [new Uint32Array(Math.min(Math.max(expected, 16), SEGMENT_LENGTH) * 2)];
  }

  get length(): number {
    return this.#length;
  }

  /** Appends an entry. @returns its number. */
  push(first: number, second: number): number {
    const entry = this.#length;
    const at = (entry & SEGMENT_MASK) * 2;
    let segment = this.#segments[entry >>> SEGMENT_BITS];
    if (!segment || at === segment.length) segment = this.#grow(segment, entry >>> SEGMENT_BITS);
    segment[at] = first;
    segment[at + 1] = second;
    this.#length = entry + 1;
    return entry;
  }

  /** The first number of an entry. */
  first(entry: number): number {
    return this.#segments[entry >>> SEGMENT_BITS]?.[(entry & SEGMENT_MASK) * 2] ?? 0;
  }

  /** The second number of an entry. */
  second(entry: number): number {
    return this.#segments[entry >>> SEGMENT_BITS]?.[(entry & SEGMENT_MASK) * 2 + 1] ?? 0;
  }

  /** Replaces the second number of an entry. */
  setSecond(entry: number, second: number): void {
    const segment = this.#segments[entry >>> SEGMENT_BITS];
    if (segment) segment[(entry & SEGMENT_MASK) * 2 + 1] = second;
  }

  #grow(full: Uint32Array | undefined, index: number): Uint32Array {
    const length = full ? Math.min(full.length * 2, SEGMENT_LENGTH * 2) : SEGMENT_LENGTH * 2;
    const segment = new Uint32Array(length);
    if (full) segment.set(full);
    this.#segments[index] = segment;
    return segment;
  }
}
