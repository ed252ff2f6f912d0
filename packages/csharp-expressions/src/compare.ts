import { raise } from './evaluation-error.ts';
import { compareText } from './text/compare-text.ts';
import { Boxed } from './values/boxed.ts';

interface Comparable {
  readonly compareTo: (other: unknown) => number;
}

/** C#'s `Comparer<T>.Default`: null first, strings by the invariant culture. */
export function compareValues(left: unknown, right: unknown): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (left instanceof Boxed && right instanceof Boxed && left.type === right.type)
    return compareValues(left.value, right.value);
  if (typeof left !== typeof right) raise('ArgumentException', 'Object must be of the same type.');
  switch (typeof left) {
    case 'string':
      return compareText(left, right as string);
    case 'boolean':
    case 'number':
    case 'bigint':
      return compareNumbers(left, right);
    default:
  }
  if (typeof left === 'object' && 'compareTo' in left) return (left as Comparable).compareTo(right);
  raise('InvalidOperationException', 'Failed to compare two elements in the array.');
}

/** Returns the order of two unboxed numbers of one type; NaN comes first. */
export function compareNumbers(left: unknown, right: unknown): number {
  if (typeof left === 'object') return (left as Comparable).compareTo(right);
  const [first, second] = [left as number, right as number];
  if (first < second) return -1;
  if (first > second) return 1;
  return first === second ? 0 : Number(!Number.isNaN(first)) - Number(!Number.isNaN(second));
}
