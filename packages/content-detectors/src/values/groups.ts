import { ALPHANUMERIC, CLASSES, DIGIT, LOWER, UPPER } from '../text/characters.ts';
import type { Reading } from '../scan/reading.ts';

/** The characters between two groups. */
const NONE = 0;
export const SPACE = 1;
export const HYPHEN = 2;
export const DOT = 3;
export const SLASH = 4;
/** Brackets, with spaces around them, as in phone numbers. */
export const BRACKET = 5;

const SEPARATORS: Readonly<Record<string, number>> = { ' ': SPACE, '-': HYPHEN, '.': DOT, '/': SLASH };
const SEPARATOR_OF = new Uint8Array(0x80);
for (const [separator, id] of Object.entries(SEPARATORS)) SEPARATOR_OF[separator.charCodeAt(0)] = id;

/** The most groups that are read at a time. */
const MOST = 64;
/** The most groups that one value has. */
export const MOST_IN_VALUE = 9;
const LONGEST_GROUP = 64;
const OPENING = 0x28;
const CLOSING = 0x29;
const BLANK = 0x20;

/**
 * Groups of digits and letters with one separator between them, as numbers are written: `4111 1111 1111 1111`. A group of
 * lower-case letters, or of five and more letters, belongs to prose and ends them.
 */
export class Groups {
  readonly start = new Int32Array(MOST);
  readonly length = new Int32Array(MOST);
  readonly flags = new Uint8Array(MOST);
  /** The letters and digits of a group and of all before it. */
  readonly ends = new Int32Array(MOST);
  /** The separator before a group. */
  readonly before = new Uint8Array(MOST);
  count = 0;
  /** The letters and digits of all groups. */
  total = 0;
  /** True when the groups go on behind what was read. */
  isCut = false;

  #isKnown = false;

  /** Forgets what was read, since the text changed. */
  reset(): void {
    this.count = 0;
    this.#isKnown = false;
  }

  /**
   * Reads the groups from a place on, or finds it in those that were read last.
   * @returns the number of the group at the place, or -1 when none is there.
   */
  read(reading: Reading, at: number): number {
    if (this.#isKnown && this.count > 0) {
      for (let index = this.#cursor; index < this.count; index++) {
        if (this.start[index] === at) {
          this.#cursor = index;
          if (!this.isCut || index + MOST_IN_VALUE < this.count) return index;
          break;
        }
        if ((this.start[index] ?? 0) > at) break;
      }
    }
    this.#isKnown = true;
    this.#parse(reading, at);
    return this.count > 0 ? 0 : -1;
  }

  #cursor = 0;

  #parse({ units, end, isOpen, work }: Reading, from: number): void {
    this.count = 0;
    this.total = 0;
    this.#cursor = 0;
    this.isCut = false;
    let at = from;
    let separator = NONE;
    while (this.count < MOST) {
      const start = at;
      let flags = 0;
      const limit = Math.min(end, start + LONGEST_GROUP);
      for (; at < limit; at++) {
        const kind = (CLASSES[units[at] ?? 0] ?? 0) & ALPHANUMERIC;
        if (kind === 0) break;
        flags |= kind;
      }
      if (at === end && isOpen) this.isCut = true;
      if (at === start || at === start + LONGEST_GROUP || !isGroup(flags, at - start)) return;
      this.start[this.count] = start;
      this.length[this.count] = at - start;
      this.flags[this.count] = flags;
      this.before[this.count] = separator;
      this.total += at - start;
      this.ends[this.count] = this.total;
      this.count += 1;
      work.units += at - start + 1;
      separator = NONE;
      const first = units[at] ?? 0;
      if (at < end) separator = (first < 0x80 ? SEPARATOR_OF[first] : 0) ?? 0;
      const after = at;
      if (separator !== NONE) at += 1;
      if (separator === SPACE || separator === NONE) at = this.#bracket(units, after, end, at);
      if (at !== after && at > after + 1) separator = BRACKET;
      else if (at !== after && separator === NONE) separator = BRACKET;
      if (at === end && isOpen) this.isCut = true;
      if (separator === NONE) return;
    }
    this.isCut = true;
  }

  /** Reads ` (`, `(`, `) `, `)` or `)-`. @returns the place after it, or `otherwise` when there is none. */
  #bracket(units: Uint16Array, at: number, end: number, otherwise: number): number {
    const first = units[at];
    if (first === OPENING) return at + 1;
    if (first === BLANK && at + 1 < end && units[at + 1] === OPENING) return at + 2;
    if (first !== CLOSING) return otherwise;
    const second = at + 1 < end ? (units[at + 1] ?? 0) : 0;
    return second < 0x80 && SEPARATOR_OF[second] !== 0 ? at + 2 : at + 1;
  }

  /** The letters and digits of a group and of all after it. */
  unitsFrom(index: number): number {
    return this.total - (this.ends[index] ?? 0) + (this.length[index] ?? 0);
  }

  /** Returns some groups without their separators, in upper case. */
  join(text: string, from: number, to: number): string {
    let joined = '';
    for (let index = from; index < to; index++) {
      const start = this.start[index] ?? 0;
      joined += text.slice(start, start + (this.length[index] ?? 0));
    }
    return joined.toUpperCase();
  }

  endOf(index: number): number {
    return (this.start[index] ?? 0) + (this.length[index] ?? 0);
  }

  /** Tells if all groups of a range have one of the separators before them. */
  isSeparatedBy(from: number, to: number, allowed: readonly number[]): boolean {
    const first = this.before[from + 1];
    for (let index = from + 1; index < to; index++)
      if (this.before[index] !== first || !allowed.includes(first ?? NONE)) return false;
    return true;
  }

  /** Tells if a group is joined to the one before without a space. */
  isGlued(index: number): boolean {
    const separator = index < this.count ? (this.before[index] ?? NONE) : NONE;
    return separator === HYPHEN || separator === DOT || separator === SLASH;
  }

  areDigits(from: number, to: number): boolean {
    for (let index = from; index < to; index++) if (this.flags[index] !== DIGIT) return false;
    return true;
  }
}

function isGroup(flags: number, length: number): boolean {
  return (flags & DIGIT) !== 0 || (length <= 4 && flags === UPPER) || (length === 1 && flags === LOWER);
}

/** Tells if a value is joined to what stands before it: `0.`, `ORD-`, `3,`. */
export function isPartOf(units: Uint16Array, start: number): boolean {
  if (start < 2) return false;
  const mark = units[start - 1];
  if (mark !== 0x2d && mark !== 0x2e && mark !== 0x2f) return false;
  return ((CLASSES[units[start - 2] ?? 0] ?? 0) & ALPHANUMERIC) !== 0;
}

/** Looks ahead for digits. Of places that come in their order, it reads no unit twice. */
export class NextDigit {
  /** The place up to which it read, and where a digit stands if one does. */
  #end = 0;

  /** Forgets the text before. */
  reset(): void {
    this.#end = 0;
  }

  /** Tells if a digit stands between two places. */
  isWithin(units: Uint16Array, start: number, limit: number): boolean {
    let at = Math.max(start, this.#end);
    while (at < limit && CLASSES[units[at] ?? 0] !== DIGIT) at += 1;
    this.#end = at;
    return at < limit;
  }
}
