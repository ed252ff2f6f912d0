import type { IdHash } from './id-set.ts';

/**
 * Collects hashes of ids, of which those that came more than once are found at the end. Each takes 8 bytes and is written
 * once; a set would take twice as many, and look each up in memory that no cache holds.
 */
export interface HashLog {
  add(low: number, high: number): void;
  /** Gives each hash that came more than once. Nothing may be added afterwards. */
  repeated(): Iterable<RepeatedHash>;
}

/** A hash that came more than once. */
export interface RepeatedHash {
  readonly hash: IdHash;
  /** The number of times after the first. */
  readonly again: number;
}

/** Hashes with the same first bits are in one share, and each share is sorted by itself. */
const SHARE_BITS = 6;
const SMALLEST_CHUNK = 64;
const LARGEST_CHUNK = 8_192;

/** Makes an empty log. */
export function createHashLog(): HashLog {
  const shares = Array.from({ length: 1 << SHARE_BITS }, createShare);
  return {
    add(low, high) {
      shares[low >>> (32 - SHARE_BITS)]?.add(low, high);
    },
    *repeated() {
      for (const share of shares) yield* findRepeated(share.takeSorted());
    },
  };
}

/** Makes an empty share. Its hashes are pairs of 32 bits, in chunks of which all but the last are full. */
function createShare() {
  let chunks: Uint32Array[] = [];
  let last = new Uint32Array(0);
  let used = 0;
  return {
    add(low: number, high: number): void {
      if (used === last.length) {
        last = new Uint32Array(Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, last.length)) * 2);
        chunks.push(last);
        used = 0;
      }
      last[used] = low;
      last[used + 1] = high;
      used += 2;
    },
    /** Gives the pairs in order, and forgets them. */
    takeSorted(): Uint32Array {
      const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0) - last.length + used;
      const pairs = new Uint32Array(length);
      let at = 0;
      for (const chunk of chunks) {
        pairs.set(chunk === last ? chunk.subarray(0, used) : chunk, at);
        at += chunk.length;
      }
      chunks = [];
      new BigUint64Array(pairs.buffer).sort();
      return pairs;
    },
  };
}

function* findRepeated(pairs: Uint32Array): Generator<RepeatedHash, void> {
  let again = 0;
  for (let at = 0; at < pairs.length; at += 2) {
    const [low = 0, high = 0] = [pairs[at], pairs[at + 1]];
    if (pairs[at + 2] === low && pairs[at + 3] === high) again += 1;
    else if (again > 0) {
      yield { hash: [low, high], again };
      again = 0;
    }
  }
}
