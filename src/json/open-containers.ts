import { formatPath } from '../errors/format-path.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import { decodeKey } from './decode-key.ts';
import { ESCAPED, JsonIndex, type Tape } from './json-value.ts';
import { hashKey, SeenKeys } from './seen-keys.ts';

/** Protobuf allows 100 nested messages, and one level of JSON can take two. */
const MAXIMUM_DEPTH = 48;
const MAXIMUM_MEMBERS = 100_000;
/** The longest key, in bytes between its quotes. */
export const MAXIMUM_KEY_BYTES = 16_384;

/** Up to this number, the keys of an object are compared one by one; more are found by their hashes in a table. */
const FEW = 8;
const PROTO = Buffer.from('__proto__');
/** Keys of at most this many bytes are compared byte by byte, which is faster than a call for short ones. */
const SHORT_BYTES = 32;

/** The objects and arrays of a JSON text that have begun and not ended, from the outermost to the innermost. */
export class OpenContainers {
  readonly #bytes: Uint8Array;
  readonly #tape: Tape;
  #depth = 0;
  /** Members or items so far in the innermost container. */
  #count = 0;
  /** Members or items so far at each level around the innermost container. */
  readonly #outerCounts: number[] = [];
  /** The first byte of the container at each level. */
  readonly #brackets: number[] = [];
  /** The opening entry at each level. */
  readonly #entries: number[] = [];
  /** Entry of the latest key at each level. */
  readonly #keys: number[] = [];
  /** The first keys so far at each level. */
  readonly #few: number[][] = [];
  /** The keys so far at each level that has more than few. */
  readonly #many: SeenKeys[] = [];

  /** @param tape gets the entries of the containers; it has those of their keys already when they are added. */
  constructor(bytes: Uint8Array, tape: Tape) {
    this.#bytes = bytes;
    this.#tape = tape;
  }

  /** The number of open containers. */
  get depth(): number {
    return this.#depth;
  }

  /** True when the innermost container is an object; not defined when none is open. */
  get isObject(): boolean {
    return this.#isObject(this.#depth - 1);
  }

  /**
   * Opens the container whose bracket is at this position.
   * @throws GatewayError INVALID_JSON for the 49th level.
   */
  open(at: number): void {
    const level = this.#depth;
    if (level === MAXIMUM_DEPTH) {
      throw new GatewayError('INVALID_JSON', `The body is nested deeper than ${MAXIMUM_DEPTH} levels.`);
    }
    this.#entries[level] = this.#tape.push(at, 0);
    this.#brackets[level] = this.#bytes[at] ?? 0;
    this.#outerCounts[level] = this.#count;
    this.#count = 0;
    this.#depth = level + 1;
  }

  /** Closes the innermost container, whose last byte is before this position. */
  close(end: number): void {
    this.#depth -= 1;
    const level = this.#depth;
    const close = this.#tape.push(end, this.#count);
    this.#count = this.#outerCounts[level] ?? 0;
    this.#tape.setSecond(this.#entries[level] ?? 0, close);
  }

  /** Counts a value as an item or a member of the innermost container. */
  addValue(): void {
    this.#count += 1;
  }

  /**
   * Adds the key with this entry to the innermost object.
   * @throws GatewayError INVALID_JSON for a key that the object has already, or `__proto__`; INVALID_REQUEST for more
   *   than 100,000 members.
   */
  addKey(key: number): void {
    const level = this.#depth - 1;
    this.#keys[level] = key;
    if (this.#count >= MAXIMUM_MEMBERS) {
      throw this.tooMuch(`must have at most ${MAXIMUM_MEMBERS} members`, level);
    }
    const isNew = this.#count < FEW ? this.#isNewToFew(level, key) : this.#isNewToMany(level, key);
    if (isNew && !this.#isProto(key)) return;
    const field = this.#path(this.#depth);
    const description = isNew ? 'this key is not allowed' : 'this key occurs twice';
    throw new GatewayError(
      'INVALID_JSON',
      `The body has a key that is not valid at ${field}: ${description}.`,
      {
        violations: [{ field, description }],
      },
    );
  }

  /**
   * The error for something too large at the place that is being read.
   * @param levels the containers that the place lies in, from the outermost; all of them when left out.
   */
  tooMuch(description: string, levels = this.#depth): GatewayError {
    return invalidBody([{ field: this.#path(levels) || 'body', description }]);
  }

  #isObject(level: number): boolean {
    return this.#brackets[level] === 0x7b;
  }

  #countAt(level: number): number {
    return level === this.#depth - 1 ? this.#count : (this.#outerCounts[level + 1] ?? 0);
  }

  #isNewToFew(level: number, key: number): boolean {
    const few = (this.#few[level] ??= []);
    for (let at = 0; at < this.#count; at += 1) if (this.#isSameKey(few[at] ?? 0, key)) return false;
    few[this.#count] = key;
    return true;
  }

  #isNewToMany(level: number, key: number): boolean {
    const many = (this.#many[level] ??= new SeenKeys(this.#isSameKey, this.#hashOf));
    if (this.#count === FEW) many.start(this.#few[level] ?? []);
    return many.add(key);
  }

  readonly #hashOf = (entry: number): number => {
    const end = this.#tape.second(entry);
    if (end < ESCAPED) return hashKey(this.#bytes, this.#tape.first(entry) + 1, end - 1);
    const key = this.#keyOf(entry);
    return hashKey(key, 0, key.length);
  };

  readonly #isSameKey = (one: number, other: number): boolean => {
    const start = this.#tape.first(one);
    const end = this.#tape.second(one);
    const shift = this.#tape.first(other) - start;
    const otherEnd = this.#tape.second(other);
    if (end < ESCAPED && otherEnd < ESCAPED) {
      if (end + shift !== otherEnd) return false;
      if (end - start <= SHORT_BYTES) {
        let at = start + 1;
        while (at < end && this.#bytes[at] === this.#bytes[at + shift]) at += 1;
        return at === end;
      }
    }
    return Buffer.compare(this.#keyOf(one), this.#keyOf(other)) === 0;
  };

  /** True for `__proto__`, which begins with `_` or with an escape. */
  #isProto(entry: number): boolean {
    const first = this.#bytes[this.#tape.first(entry) + 1];
    return (first === 0x5f || first === 0x5c) && Buffer.compare(this.#keyOf(entry), PROTO) === 0;
  }

  #keyOf(entry: number): Uint8Array {
    const end = this.#tape.second(entry);
    const raw = this.#bytes.subarray(this.#tape.first(entry) + 1, (end & ~ESCAPED) - 1);
    return end >= ESCAPED ? decodeKey(raw) : raw;
  }

  /** The path through the outermost containers to the member or item that is being read. */
  #path(levels: number): string {
    const index = new JsonIndex(this.#bytes, this.#tape);
    const parts = Array.from({ length: levels }, (_, level) =>
      this.#isObject(level)
        ? index.valueAt(this.#keys[level] ?? 0).readText(MAXIMUM_KEY_BYTES)
        : this.#countAt(level) - 1,
    );
    return formatPath(parts.map((part) => part ?? ''));
  }
}
