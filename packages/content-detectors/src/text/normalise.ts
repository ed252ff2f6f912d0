import { CLASSES, DIGIT, LOWER, OTHER_LETTER, UPPER } from './characters.ts';
import { lengthOf, OPEN, readEscape, unitOf } from './escapes.ts';
import { LATIN_LOOKALIKE } from './lookalikes.ts';

/** A text as detectors read it. Its arrays are valid until the next text of the same `Normaliser`. */
export interface View {
  readonly text: string;
  /** The code units of `text`, and some zeros behind them. */
  readonly units: Uint16Array;
  /** For each unit of `text` its place in the original, and one more for the end; undefined when they are the same. */
  readonly places: Int32Array | undefined;
  /** The end of what was read of the original. An escape or a letter that may go on stands behind it. */
  readonly end: number;
}

/** Stands in a view for a run of characters that nobody sees. It is no character of Unicode. */
export const HIDDEN = 0xfffe;

/** The fewest invisible characters in a row that count as a hidden text. Emoji and Persian have one at a time. */
const HIDDEN_RUN = 8;
/** The most code units of a run that one hidden text stands for. */
export const LONGEST_HIDDEN_RUN = 512;
/** The most code units of the flag of a region. */
const LONGEST_FLAG = 16;
/** The most code units on each side of a letter that are looked at for its word. */
const WORD_REACH = 32;

const DROP = 1;
const REPLACE = 2;
const LOOKALIKE = 3;
const ESCAPE = 4;
const PAIR = 5;

/** Characters that take no room. https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x180b, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
];

/** The zeros of other digits of the basic plane. https://www.unicode.org/Public/UCD/latest/ucd/extracted/DerivedNumericType.txt */
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
  0x1040, 0x17e0, 0x1810,
];

const SPACES = [0xa0, 0x1680, 0x202f, 0x205f, 0x3000, ...Array.from({ length: 11 }, (_, n) => 0x2000 + n)];
const HYPHENS = [0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0xfe63];

/** Halves of pairs that begin letters of mathematics, tags, and the flag that tags follow. */
const MATHEMATICS = 0xd835;
const TAGS = 0xdb40;
const FLAG = 0xd83c;
const FLAG_SECOND = 0xdff4;

const ACTIONS = new Uint8Array(0x10000);
const REPLACEMENTS = new Uint16Array(0x10000);

function replace(code: number, by: number): void {
  ACTIONS[code] = REPLACE;
  REPLACEMENTS[code] = by;
}

for (const [first, last] of INVISIBLE) ACTIONS.fill(DROP, first, last + 1);
for (const zero of ZEROS) for (let digit = 0; digit < 10; digit++) replace(zero + digit, 0x30 + digit);
for (const code of SPACES) replace(code, 0x20);
for (const code of HYPHENS) replace(code, 0x2d);
// The full-width forms are those of ASCII, moved.
for (let code = 0xff01; code <= 0xff5e; code++) replace(code, code - 0xfee0);
replace(0x3002, 0x2e);
replace(HIDDEN, 0xfffd);
for (const [other, latin] of LATIN_LOOKALIKE) {
  ACTIONS[other] = LOOKALIKE;
  REPLACEMENTS[other] = latin;
}
for (const mark of '&%\\') ACTIONS[mark.charCodeAt(0)] = ESCAPE;
for (const half of [MATHEMATICS, TAGS, FLAG]) ACTIONS[half] = PAIR;

/** The zeros behind the units of a text, so that reading a little behind its end finds no character. */
const MARGIN = 8;
/** The code units of the longest text whose arrays are kept for the next. */
const MOST_KEPT = 65_536;
const FEWEST_UNITS = 256;
/** The code units of a text that is copied unit by unit, which takes less time than a call of `Buffer`. */
const SHORT = 64;

const WORD = LOWER | UPPER | DIGIT | OTHER_LETTER;

/** Brings texts into the form that detectors read, one after the other, with arrays that it keeps. */
export class Normaliser {
  #original = new Uint16Array(0);
  #originalLength = 0;
  #units = new Uint16Array(0);
  #places = new Int32Array(0);
  #isWhole = true;
  #length = 0;
  /** The place up to which the word around the last lookalike was read, and if Latin stands in it. */
  #wordEnd = -1;
  #isLatin = false;

  /**
   * Returns a text as detectors read it: digits, spaces, hyphens and letters in their plain form, escapes resolved once,
   * invisible characters left out. The work is linear in its length.
   * @param isWhole false when more text follows.
   */
  normalise(text: string, isWhole: boolean): View {
    this.#isWhole = isWhole;
    const view = this.asIs(text);
    const first = this.#firstToChange();
    return first === text.length ? view : this.#change(first);
  }

  /** Returns a text as it is, in the same form. */
  asIs(text: string): View {
    const { length } = text;
    this.#originalLength = length;
    if (this.#original.length < length + MARGIN) this.#original = new Uint16Array(roomFor(length) + MARGIN);
    const original = this.#original;
    if (length < SHORT) for (let at = 0; at < length; at++) original[at] = text.charCodeAt(at);
    else Buffer.from(original.buffer).write(text, 0, 'utf16le');
    original.fill(0, length, length + MARGIN);
    return { text, units: original, places: undefined, end: length };
  }

  /** Clears the arrays, so that no text stays in memory. */
  forget(): void {
    if (this.#originalLength > MOST_KEPT) {
      this.#original = new Uint16Array(0);
      this.#units = new Uint16Array(0);
      this.#places = new Int32Array(0);
      return;
    }
    this.#original.fill(0, 0, this.#originalLength);
    this.#units.fill(0, 0, this.#length);
    this.#length = 0;
  }

  #firstToChange(): number {
    const original = this.#original;
    const length = this.#originalLength;
    for (let at = 0; at < length; at++) {
      const action = ACTIONS[original[at] ?? 0];
      if (action === 0) continue;
      if (action !== ESCAPE) return at;
      const escape = readEscape(original, at, length);
      if (escape > 0 || (escape === OPEN && !this.#isWhole)) return at;
    }
    return length;
  }

  #change(first: number): View {
    const length = this.#originalLength;
    if (this.#units.length < length + MARGIN) {
      this.#units = new Uint16Array(roomFor(length) + MARGIN);
      this.#places = new Int32Array(roomFor(length) + MARGIN);
    }
    const original = this.#original;
    const units = this.#units;
    const places = this.#places;
    this.#wordEnd = -1;
    units.set(original.subarray(0, first));
    for (let at = 0; at < first; at++) places[at] = at;
    this.#length = first;
    let at = first;
    while (at < length) {
      const unit = original[at] ?? 0;
      const action = ACTIONS[unit];
      if (action === 0) {
        units[this.#length] = unit;
        places[this.#length++] = at++;
        continue;
      }
      const next =
        action === REPLACE ? this.#put(REPLACEMENTS[unit] ?? unit, at, 1) : this.#act(action, unit, at);
      if (next === at) break;
      at = next;
    }
    places[this.#length] = at;
    units.fill(0, this.#length, this.#length + MARGIN);
    return {
      text: textOf(units, this.#length),
      units,
      places: places.subarray(0, this.#length + 1),
      end: at,
    };
  }

  #put(unit: number, at: number, length: number): number {
    this.#units[this.#length] = unit;
    this.#places[this.#length++] = at;
    return at + length;
  }

  /** Returns the place after what it read, or the same place when more text is needed. */
  #act(action: number | undefined, unit: number, at: number): number {
    if (action === DROP) return this.#hide(at);
    if (action === LOOKALIKE) return this.#look(unit, at);
    if (action === PAIR) return this.#pair(unit, at);
    const escape = readEscape(this.#original, at, this.#originalLength);
    if (escape > 0) return this.#put(plainUnit(unitOf(escape)), at, lengthOf(escape));
    return escape === OPEN && !this.#isWhole ? at : this.#put(unit, at, 1);
  }

  #hide(at: number): number {
    const original = this.#original;
    const limit = Math.min(this.#originalLength, at + LONGEST_HIDDEN_RUN);
    let end = at;
    let hasTags = false;
    while (end < limit) {
      const unit = original[end] ?? 0;
      if (ACTIONS[unit] === DROP) end += 1;
      else if (unit === TAGS && end + 1 < limit) {
        if (!isHiddenSecond(original[end + 1] ?? 0)) break;
        hasTags = true;
        end += 2;
      } else break;
    }
    if (this.#isOpen(at, end, LONGEST_HIDDEN_RUN)) return at;
    if (end === at) return this.#put(0xfffd, at, 1);
    if (hasTags || end - at >= HIDDEN_RUN) return this.#put(HIDDEN, at, end - at);
    return end;
  }

  #look(unit: number, at: number): number {
    if (at >= this.#wordEnd && !this.#readWord(at)) return at;
    return this.#put(this.#isLatin ? (REPLACEMENTS[unit] ?? unit) : unit, at, 1);
  }

  /** Looks if letters of Latin stand in the word around a place. @returns false when more text is needed. */
  #readWord(at: number): boolean {
    const original = this.#original;
    let isLatin = false;
    for (let back = this.#length - 1; back >= 0 && back > this.#length - WORD_REACH; back--) {
      const kind = CLASSES[this.#units[back] ?? 0] ?? 0;
      if ((kind & WORD) === 0) break;
      isLatin ||= (kind & (LOWER | UPPER)) !== 0;
    }
    let end = at;
    const limit = Math.min(this.#originalLength, at + WORD_REACH);
    for (; end < limit; end++) {
      const kind = CLASSES[original[end] ?? 0] ?? 0;
      if ((kind & WORD) === 0) break;
      isLatin ||= (kind & (LOWER | UPPER)) !== 0;
    }
    if (end === this.#originalLength && !this.#isWhole && end < at + WORD_REACH) return false;
    this.#wordEnd = end;
    this.#isLatin = isLatin;
    return true;
  }

  #pair(unit: number, at: number): number {
    const original = this.#original;
    if (at + 1 === this.#originalLength) return this.#isWhole ? this.#put(unit, at, 1) : at;
    const second = original[at + 1] ?? 0;
    if (unit === TAGS) return isHiddenSecond(second) ? this.#hide(at) : this.#put(unit, at, 1);
    if (unit === FLAG) return second === FLAG_SECOND ? this.#flag(at) : this.#put(unit, at, 1);
    const [plain = ''] = String.fromCharCode(unit, second).normalize('NFKC');
    const code = plain.charCodeAt(0);
    return code < 0x80 ? this.#put(code, at, 2) : this.#put(unit, at, 1);
  }

  /** Reads the flag of a region: https://www.unicode.org/reports/tr51/#def_emoji_tag_sequence */
  #flag(at: number): number {
    const original = this.#original;
    let end = at + 2;
    const limit = Math.min(this.#originalLength, at + LONGEST_FLAG);
    while (end + 1 < limit && original[end] === TAGS) {
      end += 2;
      if (original[end - 1] === 0xdc7f) return this.#put(0x20, at, end - at);
    }
    return this.#isOpen(at, end, LONGEST_FLAG) ? at : this.#put(0x20, at, 2);
  }

  /** Tells if a run that was read to a place may go on in the next piece. */
  #isOpen(start: number, end: number, longest: number): boolean {
    const length = this.#originalLength;
    if (this.#isWhole || length >= start + longest) return false;
    return end === length || (end === length - 1 && this.#original[end] === TAGS);
  }
}

/** Second halves of tags, U+E0000 to U+E007F, and of the variation selectors that can carry a text, U+E0100 to U+E01EF. */
function isHiddenSecond(second: number): boolean {
  return (second >= 0xdc00 && second <= 0xdc7f) || (second >= 0xdd00 && second <= 0xddef);
}

/** The code units that arrays for a text have room for: more than it needs, so that the next texts fit too. */
function roomFor(length: number): number {
  return length > MOST_KEPT / 2 ? length : Math.max(FEWEST_UNITS, length * 2);
}

function plainUnit(unit: number): number {
  return ACTIONS[unit] === REPLACE ? (REPLACEMENTS[unit] ?? unit) : unit;
}

function textOf(units: Uint16Array, length: number): string {
  return Buffer.from(units.buffer, 0, length * 2).toString('utf16le');
}
