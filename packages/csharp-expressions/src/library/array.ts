import { spend } from '../budget.ts';
import { raise } from '../evaluation-error.ts';
import { type CsType, getType, type Members } from '../types.ts';
import { typedArray } from '../values/boxed.ts';

/** System.Array, as `T[]`. */
export const arrayMembers: Members = {
  'int Length': (self: ArrayLike<unknown>) => self.length,
  'T this[int index]': (self: ArrayLike<unknown>, index: number) => self[inArray(self, index)],
  'set T this[int index]': (self: unknown[], index: number, value: unknown) =>
    void (self[inArray(self, index)] = value),
};

/** Returns an array of these items, or of bytes. */
export function arrayFrom(items: unknown[], element: CsType | undefined): unknown {
  spend(items.length);
  const type = element ?? getType('object');
  return type.name === 'byte' ? Uint8Array.from(items as number[]) : typedArray(items, type);
}

function inArray(items: ArrayLike<unknown>, index: number): number {
  if (index < 0 || index >= items.length)
    raise('IndexOutOfRangeException', 'Index was outside the bounds of the array.');
  return index;
}
