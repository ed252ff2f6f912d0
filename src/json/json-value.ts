import type { JsonIndex } from './json-index.ts';
import { ESCAPED } from './tape.ts';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

const KINDS: Readonly<Record<number, JsonKind>> = {
  0x7b: 'object',
  0x5b: 'array',
  0x22: 'string',
  0x74: 'boolean',
  0x66: 'boolean',
  0x6e: 'null',
};

/** A value in a JSON text that has been read: where it stands, and what is in it, which is looked at in place. */
export class JsonValue {
  readonly #index: JsonIndex;
  readonly #entry: number;

  constructor(index: JsonIndex, entry: number) {
    this.#index = index;
    this.#entry = entry;
  }

  get kind(): JsonKind {
    return KINDS[this.#index.bytes[this.start] ?? 0] ?? 'number';
  }

  /** Its first byte in the body. */
  get start(): number {
    return this.#index.tape.first(this.#entry);
  }

  /** Behind its last byte in the body. */
  get end(): number {
    const { tape } = this.#index;
    const second = tape.second(this.#entry);
    return this.#isContainer() ? tape.first(second) : second & ~ESCAPED;
  }

  /** How many members an object or items an array has, told at once; zero for all else. */
  get length(): number {
    const { tape } = this.#index;
    return this.#isContainer() ? tape.second(tape.second(this.#entry)) : 0;
  }

  /** At least as many as there are values in it, itself included; names and closing brackets count too. Told at once. */
  get entryCount(): number {
    return this.#isContainer() ? this.#index.tape.second(this.#entry) - this.#entry + 1 : 1;
  }

  /** Names and values of an object in their order, and where each begins in the body; none for all else. */
  *members(): Generator<[name: string, value: JsonValue, start: number]> {
    if (this.kind !== 'object') return;
    for (const name of this.#children(2)) {
      yield [this.#textAt(name), this.#index.valueAt(name + 1), this.#index.tape.first(name)];
    }
  }

  /** What is in an array; nothing for all else. */
  *items(): Generator<JsonValue> {
    if (this.kind !== 'array') return;
    for (const item of this.#children(1)) yield this.#index.valueAt(item);
  }

  /** The value of a member; undefined where there is none of the name. */
  member(name: string): JsonValue | undefined {
    if (this.kind !== 'object') return undefined;
    const close = this.#index.tape.second(this.#entry);
    for (let entry = this.#entry + 1; entry < close; entry = this.#behind(entry + 1)) {
      if (this.#isText(entry, name)) return this.#index.valueAt(entry + 1);
    }
    return undefined;
  }

  /** The text of a string whose JSON has at most so many bytes, its quotes included; undefined for all else. */
  readText(maximumBytes: number): string | undefined {
    if (this.kind !== 'string' || this.end - this.start > maximumBytes) return undefined;
    return this.#textAt(this.#entry);
  }

  /** All that it stands in. */
  get body(): Buffer {
    return this.#index.bytes;
  }

  /** As JSON.parse has it, in one go: for what is known to be small. */
  toJson(): unknown {
    return JSON.parse(this.#index.bytes.toString('utf8', this.start, this.end));
  }

  #isContainer(): boolean {
    const first = this.#index.bytes[this.start];
    return first === 0x7b || first === 0x5b;
  }

  /** @param step 1 where values follow each other, 2 where a name stands before each. */
  *#children(step: 1 | 2): Generator<number> {
    const close = this.#index.tape.second(this.#entry);
    for (let entry = this.#entry + 1; entry < close; entry = this.#behind(entry + step - 1)) yield entry;
  }

  /** The entry behind a value and all that is in it. */
  #behind(value: number): number {
    const { bytes, tape } = this.#index;
    const first = bytes[tape.first(value)];
    return (first === 0x7b || first === 0x5b ? tape.second(value) : value) + 1;
  }

  #isText(entry: number, text: string): boolean {
    const { bytes, tape } = this.#index;
    const start = tape.first(entry) + 1;
    const end = tape.second(entry);
    if (end >= ESCAPED) return this.#textAt(entry) === text;
    const length = end - 1 - start;
    // No character has more than three bytes for each of its UTF-16 units.
    if (length < text.length || length > text.length * 3) return false;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) return bytes.toString('utf8', start, end - 1) === text;
      if (bytes[start + at] !== unit) return false;
    }
    return length === text.length;
  }

  #textAt(entry: number): string {
    const { bytes, tape } = this.#index;
    const start = tape.first(entry);
    const end = tape.second(entry);
    if (end < ESCAPED) return bytes.toString('utf8', start + 1, end - 1);
    return JSON.parse(bytes.toString('utf8', start, end & ~ESCAPED)) as string;
  }
}
