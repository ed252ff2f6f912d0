import type { Members } from '../types.ts';

interface Comparable {
  readonly compareTo: (other: Comparable) => number;
}

/** Returns the six comparing operators of an ordered type. */
export function comparisons(type: string): Members {
  const tests: Readonly<Record<string, (order: number) => boolean>> = {
    '<': (order) => order < 0,
    '>': (order) => order > 0,
    '<=': (order) => order <= 0,
    '>=': (order) => order >= 0,
    '==': (order) => order === 0,
    '!=': (order) => order !== 0,
  };
  const operators = Object.entries(tests).map(([operator, test]) => [
    `operator bool ${operator}(${type} left, ${type} right)`,
    (left: Comparable, right: Comparable) => test(left.compareTo(right)),
  ]);
  return Object.fromEntries(operators) as Members;
}

/** `Equals`, `CompareTo` and `Compare` of an ordered type. */
export function comparisonMethods(type: string): Members {
  return {
    [`bool Equals(${type} other)`]: (self: Comparable, other: Comparable) => self.compareTo(other) === 0,
    [`int CompareTo(${type} other)`]: (self: Comparable, other: Comparable) => self.compareTo(other),
    [`static int Compare(${type} left, ${type} right)`]: (left: Comparable, right: Comparable) =>
      left.compareTo(right),
  };
}
