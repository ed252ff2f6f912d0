import { randomInt } from 'node:crypto';

const SMALLEST = 1 << 12;

/**
 * Remembers ids by 64 bits of each, so that a million ids take 16 MB instead of 100. Two ids can have the same bits, by
 * chance once in some ten million verifications of a million ids. So a repeated id is a suspicion, which the ledger has
 * to confirm.
 */
export interface IdSet {
  /** Adds an id. @returns true when it, or another id with the same bits, was added before. */
  add(id: string): boolean;
  /** Tells whether an id, or another one with the same bits, was added. */
  has(id: string): boolean;
  /** Gives the number of ids with different bits. */
  count(): number;
}

/** Makes an empty set. */
export function createIdSet(): IdSet {
  // The slots are pairs of 32 bits with open addressing. The pair 0, 0 is a free slot.
  let slots = new Uint32Array(SMALLEST * 2);
  let count = 0;
  // The seed is random, so that nobody can choose ids that all fall into one slot.
  const seed = randomInt(2 ** 32);

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

  return {
    add(id) {
      if (count * 4 >= slots.length) grow();
      const [low, high] = hash64(id, seed);
      const isKnown = place(low, high);
      if (!isKnown) count += 1;
      return isKnown;
    },
    has(id) {
      const [low, high] = hash64(id, seed);
      return find(low, high).isThere;
    },
    count: () => count,
  };
}

/**
 * Mixes 32 bits twice, after MurmurHash3. An attacker who makes two ids collide causes a second reading and nothing
 * else.
 */
function hash64(text: string, seed: number): [number, number] {
  let low = 0x9747b28c ^ seed;
  let high = 0x2545f491 ^ Math.imul(seed, 0x9e3779b1);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x85ebca6b);
    low ^= low >>> 13;
    high = Math.imul(high ^ code, 0xc2b2ae35);
    high ^= high >>> 16;
  }
  low = Math.imul(low ^ (low >>> 16), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 15), 0x27d4eb2f);
  // The lowest bit is set, so that no hash looks like a free slot.
  return [(low ^ (low >>> 13)) >>> 0, ((high ^ (high >>> 14)) | 1) >>> 0];
}
