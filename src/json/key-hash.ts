import { randomBytes } from 'node:crypto';

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
