import { ASSIGN, AT, DIGIT, JOINER, LETTER, UPPER } from '../text/characters.ts';
import { isStreetName } from '../values/street-names.ts';

/** The most code units of a word of small letters that is passed without another look. */
const LONGEST_LETTERS = 30;
/** The most code units of other words that are: the shortest token has one more. */
const LONGEST_OTHERS = 13;
const SHORTEST_KEY_MARK = 10;

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
  // Two capitals begin a British insurance number, and `-----BEGIN` a key.
  return flags === UPPER ? length !== 2 : (flags & JOINER) === 0 || length < SHORTEST_KEY_MARK;
}
