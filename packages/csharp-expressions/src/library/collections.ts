import { compareValues } from '../compare.ts';
import { defaultOf } from '../default-value.ts';
import { type CsType, type TypeDeclaration, getType } from '../types.ts';
import { KeyValuePair, itemsOf } from '../values/collections.ts';
import { valuesEqual } from '../values/equality.ts';
import { arrayFrom, arrayMembers } from './array.ts';
import { dictionaryMembers, dictionaryReading } from './dictionary.ts';
import { setMembers } from './hash-set.ts';
import { at, listMembers, queueMembers, stackMembers } from './list.ts';

const GENERIC = 'System.Collections.Generic';

type Test = (item: unknown) => boolean;

/** System.Array and System.Collections.Generic. */
export const COLLECTION_TYPES: readonly TypeDeclaration[] = [
  { name: 'IEnumerable<T>', namespace: GENERIC, kind: 'interface', covariant: true },
  {
    name: 'ICollection<T>',
    namespace: GENERIC,
    kind: 'interface',
    interfaces: ['IEnumerable<T>'],
    members: { 'int Count': countOf },
  },
  {
    name: 'IReadOnlyCollection<T>',
    namespace: GENERIC,
    kind: 'interface',
    interfaces: ['IEnumerable<T>'],
    members: { 'int Count': countOf },
  },
  {
    name: 'IList<T>',
    namespace: GENERIC,
    kind: 'interface',
    interfaces: ['ICollection<T>'],
    members: { 'T this[int index]': itemAt },
  },
  {
    name: 'IReadOnlyList<T>',
    namespace: GENERIC,
    kind: 'interface',
    interfaces: ['IReadOnlyCollection<T>'],
    covariant: true,
    members: { 'T this[int index]': itemAt },
  },
  { name: 'ISet<T>', namespace: GENERIC, kind: 'interface', interfaces: ['ICollection<T>'] },
  {
    name: 'IDictionary<K, V>',
    namespace: GENERIC,
    kind: 'interface',
    interfaces: ['ICollection<KeyValuePair<K, V>>'],
    members: dictionaryReading,
  },
  {
    name: 'IReadOnlyDictionary<K, V>',
    namespace: GENERIC,
    kind: 'interface',
    interfaces: ['IReadOnlyCollection<KeyValuePair<K, V>>'],
    members: dictionaryReading,
  },
  { name: 'IComparable', namespace: 'System', kind: 'interface' },
  {
    name: 'Array<T>',
    namespace: 'System',
    kind: 'class',
    interfaces: ['IList<T>', 'IReadOnlyList<T>'],
    members: arrayMembers,
  },
  {
    name: 'Array',
    namespace: 'System',
    kind: 'static',
    members: {
      'static int IndexOf<T>(T[] items, T item)': (items: ArrayLike<unknown>, item: unknown) =>
        Array.from(items).findIndex((other) => valuesEqual(other, item)),
      'static bool Exists<T>(T[] items, Predicate<T> test)': (items: ArrayLike<unknown>, test: Test) =>
        Array.from(items).some(test),
      'static T? Find<T>(T[] items, Predicate<T> test)': (
        items: unknown[],
        test: Test,
        [type]: readonly CsType[],
      ) => {
        const index = items.findIndex(test);
        return index < 0 && type ? defaultOf(type) : items[index];
      },
      'static T[] FindAll<T>(T[] items, Predicate<T> test)': (
        items: unknown[],
        test: Test,
        [type]: readonly CsType[],
      ) => arrayFrom(items.filter(test), type),
      'static int FindIndex<T>(T[] items, Predicate<T> test)': (items: unknown[], test: Test) =>
        items.findIndex(test),
      'static R[] ConvertAll<T, R>(T[] items, Func<T, R> convert)': (
        items: unknown[],
        convert: Test,
        [, type]: readonly CsType[],
      ) =>
        arrayFrom(
          Array.from(items, (item) => convert(item)),
          type,
        ),
      'static void Reverse<T>(T[] items)': (items: unknown[]) => void items.reverse(),
      'static void Sort<T>(T[] items)': (items: unknown[]) => void items.sort(compareValues),
      'static T[] Empty<T>()': ([type]: readonly CsType[]) => arrayFrom([], type),
    },
  },
  {
    name: 'List<T>',
    namespace: GENERIC,
    kind: 'class',
    interfaces: ['IList<T>', 'IReadOnlyList<T>'],
    members: listMembers,
  },
  {
    name: 'Dictionary<K, V>',
    namespace: GENERIC,
    kind: 'class',
    interfaces: ['IDictionary<K, V>', 'IReadOnlyDictionary<K, V>'],
    members: dictionaryMembers,
  },
  {
    name: 'HashSet<T>',
    namespace: GENERIC,
    kind: 'class',
    interfaces: ['ISet<T>', 'IReadOnlyCollection<T>'],
    members: setMembers,
  },
  {
    name: 'Queue<T>',
    namespace: GENERIC,
    kind: 'class',
    interfaces: ['IReadOnlyCollection<T>'],
    members: queueMembers,
  },
  {
    name: 'Stack<T>',
    namespace: GENERIC,
    kind: 'class',
    interfaces: ['IReadOnlyCollection<T>'],
    members: stackMembers,
  },
  {
    name: 'KeyValuePair<K, V>',
    namespace: GENERIC,
    kind: 'struct',
    members: {
      'new(K key, V value)': (key: unknown, value: unknown, types: readonly CsType[]) =>
        new KeyValuePair(getType('KeyValuePair', ...types), key, value),
      'K Key': (self: KeyValuePair) => self.key,
      'V Value': (self: KeyValuePair) => self.value,
    },
  },
];

function countOf(items: Iterable<unknown>): number {
  return [...itemsOf(items)].length;
}

function itemAt(items: Iterable<unknown>, index: number): unknown {
  const all = [...itemsOf(items)];
  return all[at(all, index)];
}
