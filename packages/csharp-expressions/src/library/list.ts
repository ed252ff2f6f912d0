import { spend } from '../budget.ts';
import { compareValues } from '../compare.ts';
import { defaultOf } from '../default-value.ts';
import { raise } from '../evaluation-error.ts';
import { type CsType, getType, type Members } from '../types.ts';
import { List, itemsOf } from '../values/collections.ts';
import { valuesEqual } from '../values/equality.ts';
import { arrayFrom } from './array.ts';

type Test = (item: unknown) => boolean;

/** Returns a List<T> type for a constructor's type arguments. */
export function listType([element]: readonly CsType[], name = 'List'): CsType {
  return getType(name, element ?? getType('object'));
}

/** Returns an index that a list has. @throws ArgumentOutOfRangeException */
export function at(items: readonly unknown[], index: number): number {
  if (index < 0 || index >= items.length) {
    raise(
      'ArgumentOutOfRangeException',
      "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
    );
  }
  return index;
}

/** A method whose work grows with the list, which counts against the budget. */
function scanning<Rest extends unknown[]>(
  run: (self: List, ...rest: Rest) => unknown,
): (self: List, ...rest: Rest) => unknown {
  return (self, ...rest) => {
    spend(self.items.length >> 6);
    return run(self, ...rest);
  };
}

/** List<T>. */
export const listMembers: Members = {
  'new()': (types: readonly CsType[]) => new List(listType(types)),
  'new(int capacity)': (_capacity: number, types: readonly CsType[]) => new List(listType(types)),
  'new(IEnumerable<T> items)': (items: unknown, types: readonly CsType[]) =>
    new List(listType(types), [...itemsOf(items)]),
  'int Count': ({ items }: List) => items.length,
  'T this[int index]': ({ items }: List, index: number) => items[at(items, index)],
  'set T this[int index]': ({ items }: List, index: number, value: unknown) =>
    void (items[at(items, index)] = value),
  'void Add(T item)': ({ items }: List, item: unknown) => void items.push(item),
  'void AddRange(IEnumerable<T> more)': ({ items }: List, more: unknown) => {
    for (const item of [...itemsOf(more)]) items.push(item);
  },
  'void Insert(int index, T item)': scanning(
    ({ items }: List, index: number, item: unknown) =>
      void items.splice(index === items.length ? index : at(items, index), 0, item),
  ),
  'bool Contains(T item)': scanning(({ items }: List, item: unknown) =>
    items.some((other) => valuesEqual(other, item)),
  ),
  'int IndexOf(T item)': scanning(({ items }: List, item: unknown) =>
    items.findIndex((other) => valuesEqual(other, item)),
  ),
  'bool Remove(T item)': scanning(({ items }: List, item: unknown) => {
    const index = items.findIndex((other) => valuesEqual(other, item));
    if (index >= 0) items.splice(index, 1);
    return index >= 0;
  }),
  'void RemoveAt(int index)': scanning(
    ({ items }: List, index: number) => void items.splice(at(items, index), 1),
  ),
  'void RemoveRange(int index, int count)': scanning(
    ({ items }: List, index: number, count: number) => void items.splice(index, count),
  ),
  'int RemoveAll(Predicate<T> test)': (self: List, test: Test) => {
    const { length } = self.items;
    self.items = self.items.filter((item) => !test(item));
    return length - self.items.length;
  },
  'void Clear()': (self: List) => void (self.items.length = 0),
  'void Reverse()': scanning(({ items }: List) => void items.reverse()),
  'void Sort()': scanning(({ items }: List) => void items.sort(compareValues)),
  'void Sort(Comparison<T> comparison)': (
    { items }: List,
    comparison: (left: unknown, right: unknown) => number,
  ) => void items.sort(comparison),
  'T[] ToArray()': scanning(({ items, type }: List) => arrayFrom([...items], type.args[0])),
  'bool Exists(Predicate<T> test)': ({ items }: List, test: Test) => items.some(test),
  'T? Find(Predicate<T> test)': ({ items, type }: List, test: Test) => {
    const index = items.findIndex(test);
    return index < 0 ? defaultOf(type.args[0] ?? type) : items[index];
  },
  'int FindIndex(Predicate<T> test)': ({ items }: List, test: Test) => items.findIndex(test),
  'List<T> FindAll(Predicate<T> test)': ({ items, type }: List, test: Test) =>
    new List(type, items.filter(test)),
  'bool TrueForAll(Predicate<T> test)': ({ items }: List, test: Test) => items.every(test),
  'void ForEach(Action<T> action)': ({ items }: List, action: (item: unknown) => void) => {
    for (const item of items) action(item);
  },
  'List<T> GetRange(int index, int count)': scanning(
    ({ items, type }: List, index: number, count: number) =>
      new List(type, items.slice(index, index + count)),
  ),
};

const empty = (what: string): never => raise('InvalidOperationException', `${what} empty.`);

/** Queue<T>. */
export const queueMembers: Members = {
  'new()': (types: readonly CsType[]) => new List(listType(types, 'Queue')),
  'new(IEnumerable<T> items)': (items: unknown, types: readonly CsType[]) =>
    new List(listType(types, 'Queue'), [...itemsOf(items)]),
  'int Count': ({ items }: List) => items.length,
  'void Enqueue(T item)': ({ items }: List, item: unknown) => void items.push(item),
  'T Dequeue()': scanning(({ items }: List) => (items.length === 0 ? empty('Queue') : items.shift())),
  'T Peek()': ({ items }: List) => (items.length === 0 ? empty('Queue') : items[0]),
  'bool Contains(T item)': scanning(({ items }: List, item: unknown) =>
    items.some((other) => valuesEqual(other, item)),
  ),
};

// Kept with the newest first, the order in which it is enumerated.
export const stackMembers: Members = {
  'new()': (types: readonly CsType[]) => new List(listType(types, 'Stack')),
  'new(IEnumerable<T> items)': (items: unknown, types: readonly CsType[]) =>
    new List(listType(types, 'Stack'), [...itemsOf(items)].reverse()),
  'int Count': ({ items }: List) => items.length,
  'void Push(T item)': scanning(({ items }: List, item: unknown) => void items.unshift(item)),
  'T Pop()': scanning(({ items }: List) => (items.length === 0 ? empty('Stack') : items.shift())),
  'T Peek()': ({ items }: List) => (items.length === 0 ? empty('Stack') : items[0]),
  'bool Contains(T item)': scanning(({ items }: List, item: unknown) =>
    items.some((other) => valuesEqual(other, item)),
  ),
};
