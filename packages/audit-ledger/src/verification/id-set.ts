import { randomInt } from 'node:crypto';
import { type Words, wordsOf } from './scanning/words.ts';

const SMALLEST = 1 << 12;

/** 64 bits of an id, in two halves. */
export type IdHash = readonly [low: number, high: number];

/** Makes a seed of hashes at random, so that nobody can choose ids that all fall into one slot. */
export function createIdSeed(): number {
  return randomInt(2 ** 32);
}

/**
 * Remembers ids by 64 bits of each, so that a million ids take 16 MB instead of 100. Two ids can have the same bits, by
 * chance once in some ten million verifications of a million ids. So a repeated id is a suspicion, which the ledger has
 * to confirm.
 */
export interface IdSet {
  /** Adds an id. @returns true when it, or another id with the same bits, was added before. */
  add(id: string): boolean;
  /** Adds an id by its hash with the seed of the set. @returns as `add` does. */
  addHash(low: number, high: number): boolean;
  /** Tells whether an id, or another one with the same bits, was added. */
  has(id: string): boolean;
  /** Tells the same by the hash of an id. */
  hasHash(low: number, high: number): boolean;
  /** Gives the number of ids with different bits. */
  count(): number;
}

/** Makes an empty set. @param seed the seed of the hashes; a random one when left out. */
export function createIdSet(seed = createIdSeed()): IdSet {
  // The slots are pairs of 32 bits with open addressing. The pair 0, 0 is a free slot.
  let slots = new Uint32Array(SMALLEST * 2);
  let count = 0;

  /** Finds the slot of a pair, or the free slot where it belongs. */
  const find = (low: number, high: number): { readonly index: number; readonly isThere: boolean } => {
    const mask = slots.length / 2 - 1;
    for (let index = (low ^ (high << 7)) & mask; ; index = (index + 1) & mask) {
      const [one, other] = [slots[index * 2], slots[index * 2 + 1]];
      if (one === 0 && other === 0) return { index, isThere: false };
      if (one === low && other === high) return { index, isThere: true };
    }
  };
  const place = (low: number, high: number): boolean => {
    const { index, isThere } = find(low, high);
    slots[index * 2] = low;
    slots[index * 2 + 1] = high;
    return isThere;
  };

  const grow = () => {
    const before = slots;
    slots = new Uint32Array(before.length * 2);
    for (let index = 0; index < before.length; index += 2) {
      const [low = 0, high = 0] = [before[index], before[index + 1]];
      if (low !== 0 || high !== 0) place(low, high);
    }
  };

  const addHash = (low: number, high: number): boolean => {
    if (count * 4 >= slots.length) grow();
    const isKnown = place(low, high);
    if (!isKnown) count += 1;
    return isKnown;
  };
  return {
    add: (id) => addHash(...hashId(id, seed)),
    addHash,
    has: (id) => find(...hashId(id, seed)).isThere,
    hasHash: (low, high) => find(low, high).isThere,
    count: () => count,
  };
}

/**
 * Hashes an id by mixing 32 bits twice, after MurmurHash3. An attacker who makes two ids collide causes a second reading
 * and nothing else.
 */
export function hashId(text: string, seed: number): IdHash {
  const bytes = Buffer.from(text);
  if (bytes.length === text.length) return hashIdIn(wordsOf(bytes), 0, bytes.length, seed);
  // UTF-8 has the same bytes for all halves of pairs that stand alone.
  const units = Buffer.from(text, 'utf16le');
  return hashIdIn(wordsOf(units), 0, units.length, ~seed);
}

/** Hashes the id that stands in bytes, one for each of its letters, as `hashId` does. */
export function hashIdIn({ view }: Words, start: number, end: number, seed: number): IdHash {
  let low = 0x9747b28c ^ seed;
  let high = 0x2545f491 ^ Math.imul(seed, 0x9e3779b1);
  for (let at = start; at < end; at += WORD) {
    const word = at + WORD <= end ? view.getInt32(at, true) : restAt(view, at, end);
    low = Math.imul(low ^ word, LOW_FACTOR);
    low ^= low >>> 13;
    high = Math.imul(high ^ ((word << 16) | (word >>> 16)), HIGH_FACTOR);
    high ^= high >>> 16;
  }
  return finish(low, high ^ (end - start));
}

const WORD = 4;
const LOW_FACTOR = 0x85ebca6b;
const HIGH_FACTOR = 0xc2b2ae35;

/** Gives the last bytes of an id, which are no whole word. */
function restAt(view: DataView, start: number, end: number): number {
  let rest = 0;
  for (let at = start; at < end; at += 1) rest = (rest << 8) | view.getUint8(at);
  return rest;
}

function finish(low: number, high: number): IdHash {
  const [one, other] = [
    Math.imul(low ^ (low >>> 16), 0xc2b2ae35),
    Math.imul(high ^ (high >>> 15), 0x27d4eb2f),
  ];
  // The lowest bit is set, so that no hash looks like a free slot.
  return [(one ^ (one >>> 13)) >>> 0, ((other ^ (other >>> 14)) | 1) >>> 0];
}
