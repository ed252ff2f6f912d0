import { compareText, foldCase } from '../text/compare-text.ts';
import type { TypeDeclaration } from '../types.ts';

/** System.StringComparer, told apart by the StringComparison it stands for. */
export class StringComparer {
  readonly type = 'StringComparer';
  readonly comparison: number;

  constructor(comparison: number) {
    this.comparison = comparison;
  }
}

/** Returns the key under which a comparer's equal strings meet. */
export function fold({ comparison }: StringComparer): (value: unknown) => unknown {
  return (value) => (typeof value === 'string' ? foldCase(value, comparison) : value);
}

/** System.StringComparer. */
export const COMPARER_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'StringComparer',
    namespace: 'System',
    kind: 'class',
    members: {
      'static StringComparer InvariantCulture': () => new StringComparer(2),
      'static StringComparer InvariantCultureIgnoreCase': () => new StringComparer(3),
      'static StringComparer CurrentCulture': () => new StringComparer(2),
      'static StringComparer CurrentCultureIgnoreCase': () => new StringComparer(3),
      'static StringComparer Ordinal': () => new StringComparer(4),
      'static StringComparer OrdinalIgnoreCase': () => new StringComparer(5),
      'int Compare(string? left, string? right)': (
        self: StringComparer,
        left: string | null,
        right: string | null,
      ) => compareText(left, right, self.comparison),
      'bool Equals(string? left, string? right)': (
        self: StringComparer,
        left: string | null,
        right: string | null,
      ) => (left === null || right === null ? left === right : fold(self)(left) === fold(self)(right)),
    },
  },
];
