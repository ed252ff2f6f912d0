import { randomInt } from 'node:crypto';

const SMALLEST = 1 << 12;

/**
 * Remembers ids by 64 bits of each, so that a million take 16 MB and not 100. Two ids can share those bits, by chance once
 * in some ten million verifications of a million ids: a second one is a suspicion, which the ledger has to confirm.
 */
export interface IdSet {
  /** @returns whether it, or another one with the same bits, was there before. */
  add(id: string): boolean;
}

export function createIdSet(): IdSet {
  // Pairs of 32 bits, open addressing; 0, 0 is a free place.
  let slots = new Uint32Array(SMALLEST * 2);
  let count = 0;
  // Another one each time, so that nobody can choose ids that all fall on one place.
  const seed = randomInt(2 ** 32);

  const place = (low: number, high: number): boolean => {
    const mask = slots.length / 2 - 1;
    for (let index = (low ^ (high << 7)) & mask; ; index = (index + 1) & mask) {
      const [one, other] = [slots[index * 2], slots[index * 2 + 1]];
      if (one === 0 && other === 0) {
        slots[index * 2] = low;
        slots[index * 2 + 1] = high;
        return false;
      }
      if (one === low && other === high) return true;
    }
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
  };
}

/** Two mixes of 32 bits each, after MurmurHash3: whoever makes two ids the same causes a second look, and no more. */
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
  // Never the sign of a free place.
  return [(low ^ (low >>> 13)) >>> 0, ((high ^ (high >>> 14)) | 1) >>> 0];
}
