import { createHash } from 'node:crypto';

/**
 * Makes a vector of length 1 for a text: the sum of the vectors of its words, so that texts which share words are near
 * each other. The same text has the same vector.
 */
export function embed(model: string, text: string, dimensions: number): number[] {
  const sum = new Float64Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) {
    const next = generator(createHash('sha256').update(`${model}\n${word}`).digest().readUInt32BE(0));
    for (let i = 0; i < dimensions; i += 1) sum[i] = (sum[i] ?? 0) + next();
  }
  const length = Math.hypot(...sum) || 1;
  return Array.from(sum, (value) => Number((value / length).toPrecision(9)));
}

/** Generates numbers from -1 to 1 by mulberry32; the same seed gives the same numbers. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
