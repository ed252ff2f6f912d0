import { ASSIGN, AT, CLASSES, DIGIT, JOINER, LETTER, LOWER, UPPER } from '../text/characters.ts';
import { isStreetName, mayBeRomanceStreet } from '../values/street-names.ts';

/** The most code units of a word of small letters that is passed without another look. */
export const LONGEST_LETTERS = 30;
/** The most code units of other words that are: the shortest token has one more. */
export const LONGEST_OTHERS = 13;
const SHORTEST_KEY_MARK = 10;
const STOP = 0x2e;

/**
 * Tells if a word can be no value and nothing but prose, where nothing was announced: its letters are no naming words.
 * @param flags the classes of its units.
 * @param isTelling true when a word may be near that announces a value which nothing else tells.
 */
export function isDull(
  units: Uint16Array,
  start: number,
  end: number,
  flags: number,
  isTelling: boolean,
): boolean {
  const length = end - start;
  if ((flags & (DIGIT | AT)) !== 0) return false;
  if (length > ((flags & ~(LETTER & ~UPPER)) === 0 ? LONGEST_LETTERS : LONGEST_OTHERS)) return false;
  if ((flags & (UPPER | ASSIGN)) === 0) return true;
  if (isTelling || isStreetName(units, start, end)) return false;
  if ((flags & UPPER) === 0) return true;
  if (units[start + 1] === STOP) return false;
  // Two capitals begin a British insurance number, three an Italian tax code, and `-----BEGIN` a key.
  return flags === UPPER
    ? length !== 2 && length !== 3
    : (flags & JOINER) === 0 || length < SHORTEST_KEY_MARK;
}

/** The most code units of a number that is no value of its own: the shortest value has seven digits. */
const LONGEST_NUMBER = 6;
/** The most code units with colons that are no IPv6 address. */
const LONGEST_WITH_COLONS = 5;
const BLANK = 0x20;
const OPENING = 0x28;
const CLOSING = 0x29;
const COMMA = 0x2c;
/** The code units behind a number that tell if a value goes on there. */
const AHEAD = 4;

/**
 * Tells if a word with digits can be no value, where nothing was announced: it is short, and what follows belongs to no
 * phone number, identifier or address that begins with it.
 * @param length the end of the text.
 */
export function isDullNumber(
  units: Uint16Array,
  start: number,
  end: number,
  flags: number,
  length: number,
): boolean {
  if (end - start > LONGEST_NUMBER || end + AHEAD > length || (flags & AT) !== 0) return false;
  if ((flags & ASSIGN) !== 0 && end - start > LONGEST_WITH_COLONS) return false;
  const after = units[end] ?? 0;
  if (after === COMMA) return units[end + 1] !== BLANK || !beginsStreet(units, end + 2);
  if (after === BLANK) {
    const next = CLASSES[units[end + 1] ?? 0] ?? 0;
    if (next === LOWER)
      return (
        CLASSES[units[end + 2] ?? 0] === LOWER &&
        CLASSES[units[end + 3] ?? 0] === LOWER &&
        !mayBeRomanceStreet(units, end + 1)
      );
    return (next & (DIGIT | LETTER)) === 0 && units[end + 1] !== OPENING;
  }
  return after !== OPENING && after !== CLOSING;
}

function beginsStreet(units: Uint16Array, at: number): boolean {
  const kind = CLASSES[units[at] ?? 0] ?? 0;
  return (kind & LETTER) !== 0 && (kind !== LOWER || mayBeRomanceStreet(units, at));
}
