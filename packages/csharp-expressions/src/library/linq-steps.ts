import { type CsType, getType } from '../types.ts';
import { Sequence, itemsOf } from '../values/collections.ts';

/** The type arguments of a call. */
export type Types = readonly CsType[];

/** A `Func` of an item, and of its index. */
export type Select = (item: unknown, index?: number) => unknown;

/** A test of an item, and of its index. */
export type Test = (item: unknown, index?: number) => boolean;

/** Returns a sequence of a type that is worked out when it is enumerated. */
export function lazy(element: CsType | undefined, start: () => Iterable<unknown>): Sequence {
  return new Sequence(getType('IEnumerable', element ?? getType('object')), start);
}

/** Returns the items that pass a test. */
export function* filter(source: unknown, test: Test): Generator {
  let index = 0;
  for (const item of itemsOf(source)) if (test(item, index++)) yield item;
}

/** Yields the result of a selector for every item. */
export function* map(source: unknown, select: Select): Generator {
  let index = 0;
  for (const item of itemsOf(source)) yield select(item, index++);
}

/** Returns the first item, in a box that tells it from none. */
export function first(source: unknown): { value: unknown } | undefined {
  for (const value of itemsOf(source)) return { value };
  return undefined;
}

/** Returns the first item that passes a test, in its box. */
export function firstMatch(source: unknown, test: Test): { value: unknown } | undefined {
  let index = 0;
  for (const value of itemsOf(source)) if (test(value, index++)) return { value };
  return undefined;
}

/** The selector that changes nothing. */
export const itself: Select = (item) => item;
