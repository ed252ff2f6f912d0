/** Binary logarithm of the entries in a segment. A segment has 64 KB. */
const SEGMENT_BITS = 13;
const SEGMENT_LENGTH = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_LENGTH - 1;

/** The bit that marks the end of a string with escapes. */
export const ESCAPED = 0x80000000;

/**
 * A list of entries. An entry is a pair of whole numbers below 2^32. The list grows by segments, so that it never takes
 * twice the memory of its entries. Only the first segment starts small and grows by copying.
 */
export class Tape {
  readonly #segments: Uint32Array[];
  #length = 0;

  /** @param expected estimate of the number of entries; more may be pushed. */
  constructor(expected: number) {
    this.#segments = [new Uint32Array(Math.min(Math.max(expected, 16), SEGMENT_LENGTH) * 2)];
  }

  get length(): number {
    return this.#length;
  }

  /** Appends an entry. @returns its number. */
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

  /** The first number of an entry. */
  first(entry: number): number {
    return this.#segments[entry >>> SEGMENT_BITS]?.[(entry & SEGMENT_MASK) * 2] ?? 0;
  }

  /** The second number of an entry. */
  second(entry: number): number {
    return this.#segments[entry >>> SEGMENT_BITS]?.[(entry & SEGMENT_MASK) * 2 + 1] ?? 0;
  }

  /** Replaces the second number of an entry. */
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
