/** How many entries a segment holds, as a power of two: a segment is 64 KB. */
const SEGMENT_BITS = 13;
const SEGMENT_LENGTH = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_LENGTH - 1;

/** Set in the end of a text that has escapes. */
export const ESCAPED = 0x80000000;

/**
 * A list of entries of two whole numbers below 2^32 each. It grows in segments, so that it never takes twice what it holds
 * and nothing is copied.
 */
export class Tape {
  readonly #segments: Uint32Array[] = [];
  readonly #expected: number;
  #length = 0;

  /** @param expected how many entries there can be at most, where they are few. */
  constructor(expected: number) {
    this.#expected = Math.min(expected, SEGMENT_LENGTH);
  }

  get length(): number {
    return this.#length;
  }

  /** @returns where the entry stands. */
  push(first: number, second: number): number {
    const entry = this.#length;
    const at = entry & SEGMENT_MASK;
    let segment = this.#segments[entry >>> SEGMENT_BITS];
    if (!segment || at * 2 === segment.length) segment = this.#grow(entry);
    segment[at * 2] = first;
    segment[at * 2 + 1] = second;
    this.#length = entry + 1;
    return entry;
  }

  first(entry: number): number {
    return this.#segments[entry >>> SEGMENT_BITS]?.[(entry & SEGMENT_MASK) * 2] ?? 0;
  }

  second(entry: number): number {
    return this.#segments[entry >>> SEGMENT_BITS]?.[(entry & SEGMENT_MASK) * 2 + 1] ?? 0;
  }

  setSecond(entry: number, second: number): void {
    const segment = this.#segments[entry >>> SEGMENT_BITS];
    if (segment) segment[(entry & SEGMENT_MASK) * 2 + 1] = second;
  }

  #grow(entry: number): Uint32Array {
    const index = entry >>> SEGMENT_BITS;
    const segment = new Uint32Array((index === 0 ? Math.max(this.#expected, 1) : SEGMENT_LENGTH) * 2);
    this.#segments[index] = segment;
    return segment;
  }
}
