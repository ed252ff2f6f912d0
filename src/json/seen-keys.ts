import { randomBytes } from 'node:crypto';

/** The least number of keys for which there is room in a table. */
const LEAST_KEYS = 32;

/**
 * A set of many keys of one object at a time. Adding a key takes constant time. The memory is used again for the next
 * object, and only the part that it needs is cleared.
 */
export class SeenKeys {
  readonly #isSame: (one: number, other: number) => boolean;
  readonly #hashOf: (entry: number) => number;
  /** A hash table with open addressing: pairs of a hash and an entry plus one, or zero in a free slot. */
  #slots = new Uint32Array(0);
  #capacity = 0;
  #count = 0;

  /**
   * @param isSame tells if two entries are the same key.
   * @param hashOf the hash of an entry's key.
   */
  constructor(isSame: (one: number, other: number) => boolean, hashOf: (entry: number) => number) {
    this.#isSame = isSame;
    this.#hashOf = hashOf;
  }

  /** Begins another object, with the entries of different keys. */
  start(entries: readonly number[]): void {
    this.#count = 0;
    this.#capacity = 0;
    for (const entry of entries) this.add(entry);
  }

  /** Adds a key by its entry. @returns false if the object has the key already. */
  add(entry: number): boolean {
    const hash = this.#hashOf(entry);
    if (this.#count * 2 >= this.#capacity) this.#grow();
    let at = this.#home(hash);
    for (let other = this.#slots[at + 1]; other; other = this.#slots[at + 1]) {
      if (this.#slots[at] === hash && this.#isSame(other - 1, entry)) return false;
      at = this.#next(at);
    }
    this.#put(at, hash, entry + 1);
    this.#count += 1;
    return true;
  }

  #home(hash: number): number {
    return (hash & (this.#capacity - 1)) * 2;
  }

  #next(at: number): number {
    return (at + 2) & (this.#capacity * 2 - 1);
  }

  #put(at: number, hash: number, marked: number): void {
    this.#slots[at] = hash;
    this.#slots[at + 1] = marked;
  }

  #grow(): void {
    const pairs = this.#slots.slice(0, this.#capacity * 2);
    this.#capacity = Math.max(this.#capacity * 2, LEAST_KEYS);
    if (this.#slots.length < this.#capacity * 2) this.#slots = new Uint32Array(this.#capacity * 2);
    else this.#slots.fill(0, 0, this.#capacity * 2);
    for (let index = 0; index < pairs.length; index += 2) {
      const hash = pairs[index] ?? 0;
      const marked = pairs[index + 1] ?? 0;
      if (marked === 0) continue;
      let at = this.#home(hash);
      while (this.#slots[at + 1]) at = this.#next(at);
      this.#put(at, hash, marked);
    }
  }
}

const SECRET = randomBytes(8);
const K0 = SECRET.readInt32LE(0);
const K1 = SECRET.readInt32LE(4);

/**
 * Hashes the bytes from `start` to before `end` to 32 bits: HalfSipHash-1-3 with a secret of this process, so that no
 * caller can choose keys that collide. https://www.aumasson.jp/siphash/siphash.pdf
 */
export function hashKey(bytes: Uint8Array, start: number, end: number): number {
  const words = (end - start) >>> 2;
  let v0 = K0;
  let v1 = K1;
  let v2 = K0 ^ 0x6c796765;
  let v3 = K1 ^ 0x74656462;
  for (let step = 0, at = start; step < words + 4; step += 1, at += 4) {
    let word = 0;
    if (step < words)
      word =
        (bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        ((bytes[at + 3] ?? 0) << 24);
    else if (step === words) word = tailOf(bytes, at, end) | ((end - start) << 24);
    else if (step === words + 1) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return (v1 ^ v3) >>> 0;
}

/** The bytes after the last whole word, as a little-endian number. */
function tailOf(bytes: Uint8Array, start: number, end: number): number {
  let word = 0;
  for (let at = end - 1; at >= start; at -= 1) word = (word << 8) | (bytes[at] ?? 0);
  return word;
}
