/** How many entries a segment holds, as a power of two: a segment is 64 KB. */
const SEGMENT_BITS = 13;
const SEGMENT_LENGTH = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_LENGTH - 1;

/** Set in the end of a text that has escapes. */
export const ESCAPED = 0x80000000;

/**
 * A list of entries of two whole numbers below 2^32 each. It grows in segments, so that it never takes twice what it holds;
 * only the first, of a small text, grows by being copied.
 */
export class Tape {
  readonly #segments: Uint32Array[];
  #length = 0;

  /** @param expected how many entries there may be; more are none the worse. */
  constructor(expected: number) {
    this.#segments = [new Uint32Array(Math.min(Math.max(expected, 16), SEGMENT_LENGTH) * 2)];
  }

  get length(): number {
    return this.#length;
  }

  /** @returns where the entry stands. */
  push(first: number, second: number): number {
    const entry = this.#length;
    const at = (entry & SEGMENT_MASK) * 2;
    let segment = this.#segments[entry >>> SEGMENT_BITS];
    if (!segment || at === segment.length) segment = this.#grow(segment, entry >>> SEGMENT_BITS);
    segment[at] = first;
    segment[at + 1] = second;
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

  #grow(full: Uint32Array | undefined, index: number): Uint32Array {
    const length = full ? Math.min(full.length * 2, SEGMENT_LENGTH * 2) : SEGMENT_LENGTH * 2;
    const segment = new Uint32Array(length);
    if (full) segment.set(full);
    this.#segments[index] = segment;
    return segment;
  }
}
