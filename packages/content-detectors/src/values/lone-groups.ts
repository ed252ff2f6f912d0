import { ALPHANUMERIC, CLASSES, DIGIT } from '../text/characters.ts';
import { WRITTEN } from './examine-phone.ts';
import { IDENTIFIER_FORMS } from './identifier-forms.ts';

/** One more than the most digits of a group that has a way of writing of its own. */
const SIZE = 32;
/** The most code units between two groups. */
const LONGEST_GAP = 2;

/** One for each pair of lengths that a value in groups begins with. */
const BEGINNINGS = new Uint8Array(SIZE * SIZE);
for (const { groups } of IDENTIFIER_FORMS) for (const lengths of groups) note(lengths);
for (const { groups } of WRITTEN) note(groups);

function note([first = 0, second = 0]: readonly number[]): void {
  BEGINNINGS[first * SIZE + second] = 1;
}

/**
 * Tells if no value in groups begins with a group of digits and the one behind it, by their lengths. Phone numbers that
 * a word announces have any lengths.
 * @param start the place of a group of fewer than seven digits, without a sign before it.
 */
export function isLoneGroup(units: Uint16Array, start: number, end: number): boolean {
  let at = end;
  while (at < end + LONGEST_GAP && ((CLASSES[units[at] ?? 0] ?? 0) & ALPHANUMERIC) === 0) at += 1;
  const next = at;
  while (at < next + SIZE && CLASSES[units[at] ?? 0] === DIGIT) at += 1;
  const second = at - next;
  if (second === 0 || second >= SIZE || ((CLASSES[units[at] ?? 0] ?? 0) & ALPHANUMERIC) !== 0) return false;
  return BEGINNINGS[(end - start) * SIZE + second] === 0;
}
