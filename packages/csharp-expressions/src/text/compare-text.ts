import { upperCase } from './white-space.ts';

const COLLATOR = new Intl.Collator('en');
const FOLDED_COLLATOR = new Intl.Collator('en', { sensitivity: 'accent' });

/** Text for a search with one of .NET's StringComparison values: upper case where it ignores case. */
export function foldCase(text: string, comparison: number): string {
  return comparison % 2 === 1 ? upperCase(text) : text;
}

/** Returns whether two strings are equal under a StringComparison. */
export function matches(left: string, right: string, comparison: number): boolean {
  return foldCase(left, comparison) === foldCase(right, comparison);
}

/** Returns the order of two strings under a StringComparison; null comes first. */
export function compareText(left: string | null, right: string | null, comparison = 2): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (comparison < 4) return (comparison % 2 === 1 ? FOLDED_COLLATOR : COLLATOR).compare(left, right);
  return compareOrdinal(foldCase(left, comparison), foldCase(right, comparison));
}

// .NET gives the distance of the first units that differ, or of the lengths.
function compareOrdinal(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const distance = left.charCodeAt(index) - right.charCodeAt(index);
    if (distance !== 0) return distance;
  }
  return left.length - right.length;
}
