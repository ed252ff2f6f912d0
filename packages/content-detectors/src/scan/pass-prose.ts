import { CLASSES, DIGIT, JOINER, LOWER, UPPER } from '../text/characters.ts';
import { HIDDEN } from '../text/normalise.ts';
import { isStreetName } from '../values/street-names.ts';
import { hashOf, mayName } from './context.ts';
import { LONGEST_LETTERS, LONGEST_OTHERS } from './dull-words.ts';

export const OPENING = 0x28;
const PLUS = 0x2b;

/** Tells if a bracket before a unit belongs to a number, as in phone numbers: digits or a plus follow. */
export function beginsNumber(next: number): boolean {
  return next === PLUS || CLASSES[next] === DIGIT;
}

/**
 * Passes the plainest words, of which most texts consist: small letters, maybe after one capital and before one mark.
 * They are those of `isDull`, told with less work.
 * @param tellingEnd the place up to which words that begin with a capital need another look.
 * @returns the place of the first word that is not of them, or of what stands between words and is to be looked at.
 */
export function passProse(units: Uint16Array, from: number, length: number, tellingEnd: number): number {
  let at = from;
  for (;;) {
    let unit = units[at] ?? 0;
    let kind = CLASSES[unit] ?? 0;
    if (kind === 0) {
      if (unit === OPENING) {
        if (at + 1 >= length || beginsNumber(units[at + 1] ?? 0)) return at;
      } else if (at >= length || unit === HIDDEN) return at;
      at += 1;
      continue;
    }
    const start = at;
    const isCapital = kind === UPPER;
    let hash = 0;
    if (isCapital) {
      hash = unit | 0x20;
      unit = units[++at] ?? 0;
      kind = CLASSES[unit] ?? 0;
    }
    const stop = start + LONGEST_LETTERS;
    while (kind === LOWER && at <= stop) {
      hash = hashOf(hash, unit);
      unit = units[++at] ?? 0;
      kind = CLASSES[unit] ?? 0;
    }
    let longest = isCapital ? LONGEST_OTHERS : LONGEST_LETTERS;
    if (kind === JOINER) {
      longest = LONGEST_OTHERS;
      kind = CLASSES[units[++at] ?? 0] ?? 0;
    }
    if (kind !== 0 || at >= length || at - start > longest || mayName(hash)) return start;
    if (isCapital && (start <= tellingEnd || isStreetName(units, start, at))) return start;
  }
}
