import { compareValues } from '../compare.ts';
import { spend } from '../budget.ts';
import { raise } from '../evaluation-error.ts';
import { fold } from './comparer.ts';
import { type CsType, getType, type TypeDeclaration } from '../types.ts';
import { typedArray } from '../values/boxed.ts';
import { Dictionary, HashSet, itemsOf, KeyValuePair, List, Lookup, Sequence } from '../values/collections.ts';
import { valuesEqual } from '../values/equality.ts';
import type { Out } from '../invoke.ts';
import { defaultOf } from '../default-value.ts';

const GENERIC = 'System.Collections.Generic';

type Test = (item: unknown) => boolean;

/** A List<T> type for a constructor's type arguments. */
function listType([element]: readonly CsType[], name = 'List'): CsType {
  return getType(name, element ?? getType('object'));
}

function at(items: readonly unknown[], index: number): number {
  if (index < 0 || index >= items.length) {
    raise(
      'ArgumentOutOfRangeException',
      "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
    );
  }
  return index;
}

const listMembers: TypeDeclaration['members'] = {
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
  'void Insert(int index, T item)': ({ items }: List, index: number, item: unknown) =>
    void items.splice(index === items.length ? index : at(items, index), 0, item),
  'bool Contains(T item)': ({ items }: List, item: unknown) =>
    items.some((other) => valuesEqual(other, item)),
  'int IndexOf(T item)': ({ items }: List, item: unknown) =>
    items.findIndex((other) => valuesEqual(other, item)),
  'bool Remove(T item)': ({ items }: List, item: unknown) => {
    const index = items.findIndex((other) => valuesEqual(other, item));
    if (index >= 0) items.splice(index, 1);
    return index >= 0;
  },
  'void RemoveAt(int index)': ({ items }: List, index: number) => void items.splice(at(items, index), 1),
  'void RemoveRange(int index, int count)': ({ items }: List, index: number, count: number) =>
    void items.splice(index, count),
  'int RemoveAll(Predicate<T> test)': (self: List, test: Test) => {
    const { length } = self.items;
    self.items = self.items.filter((item) => !test(item));
    return length - self.items.length;
  },
  'void Clear()': (self: List) => void (self.items.length = 0),
  'void Reverse()': ({ items }: List) => void items.reverse(),
  'void Sort()': ({ items }: List) => void items.sort(compareValues),
  'void Sort(Comparison<T> comparison)': (
    { items }: List,
    comparison: (left: unknown, right: unknown) => number,
  ) => void items.sort(comparison),
  'T[] ToArray()': ({ items, type }: List) => arrayFrom([...items], type.args[0]),
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
  'List<T> GetRange(int index, int count)': ({ items, type }: List, index: number, count: number) =>
    new List(type, items.slice(index, index + count)),
};

/** What can be read off any dictionary. */
type Readable = Dictionary | Lookup;

const dictionaryReading: TypeDeclaration['members'] = {
  'int Count': ({ size }: Readable) => size,
  'V this[K key]': (self: Readable, key: unknown) => self.get(key),
  'bool ContainsKey(K key)': (self: Readable, key: unknown) => self.find(key) !== undefined,
  'bool TryGetValue(K key, out V value)': (self: Readable, key: unknown, out: Out) => {
    const entry = self.find(key);
    out.value = entry ? entry.value : defaultOf(self.type.args[1] ?? self.type);
    return entry !== undefined;
  },
  'IEnumerable<K> Keys': (self: Readable) => part(self, 0),
  'IEnumerable<V> Values': (self: Readable) => part(self, 1),
};

const dictionaryMembers: TypeDeclaration['members'] = {
  'new()': (types: readonly CsType[]) => new Dictionary(getType('Dictionary', ...types)),
  'new(int capacity)': (_capacity: number, types: readonly CsType[]) =>
    new Dictionary(getType('Dictionary', ...types)),
  'new(StringComparer? comparer)': (comparer: Comparer | null, types: readonly CsType[]) =>
    new Dictionary(getType('Dictionary', ...types), comparer ? fold(comparer) : undefined),
  'new(IDictionary<K, V> items)': (items: Dictionary, types: readonly CsType[]) =>
    copied(items, new Dictionary(getType('Dictionary', ...types))),
  'new(IDictionary<K, V> items, StringComparer? comparer)': (
    items: Dictionary,
    comparer: Comparer | null,
    types: readonly CsType[],
  ) => copied(items, new Dictionary(getType('Dictionary', ...types), comparer ? fold(comparer) : undefined)),
  ...dictionaryReading,
  'set V this[K key]': (self: Dictionary, key: unknown, value: unknown) => self.set(key, value),
  'void Add(K key, V value)': (self: Dictionary, key: unknown, value: unknown) => self.add(key, value),
  'bool TryAdd(K key, V value)': (self: Dictionary, key: unknown, value: unknown) => {
    if (self.find(key)) return false;
    self.set(key, value);
    return true;
  },
  'bool Remove(K key)': (self: Dictionary, key: unknown) => self.remove(key),
  'bool ContainsValue(V value)': (self: Dictionary, value: unknown) =>
    [...self].some((entry) => valuesEqual(entry.value, value)),
  'void Clear()': ({ entries }: Dictionary) => entries.clear(),
};

const setMembers: TypeDeclaration['members'] = {
  'new()': ([element]: readonly CsType[]) => new HashSet(getType('HashSet', element ?? getType('object'))),
  'new(IEnumerable<T> items)': (items: unknown, types: readonly CsType[]) =>
    filled(new HashSet(listType(types, 'HashSet')), items),
  'new(StringComparer? comparer)': (comparer: Comparer | null, types: readonly CsType[]) =>
    new HashSet(listType(types, 'HashSet'), comparer ? fold(comparer) : undefined),
  'new(IEnumerable<T> items, StringComparer? comparer)': (
    items: unknown,
    comparer: Comparer | null,
    types: readonly CsType[],
  ) => filled(new HashSet(listType(types, 'HashSet'), comparer ? fold(comparer) : undefined), items),
  'int Count': ({ entries }: HashSet) => entries.size,
  'bool Add(T item)': (self: HashSet, item: unknown) => self.add(item),
  'bool Remove(T item)': (self: HashSet, item: unknown) => self.remove(item),
  'bool Contains(T item)': (self: HashSet, item: unknown) => self.has(item),
  'void Clear()': ({ entries }: HashSet) => entries.clear(),
  'void UnionWith(IEnumerable<T> items)': (self: HashSet, items: unknown) => void filled(self, items),
  'void ExceptWith(IEnumerable<T> items)': (self: HashSet, items: unknown) => {
    for (const item of [...itemsOf(items)]) self.remove(item);
  },
  'void IntersectWith(IEnumerable<T> items)': (self: HashSet, items: unknown) => {
    const kept = filled(new HashSet(self.type), items);
    for (const item of [...self.entries.values()]) if (!kept.has(item)) self.remove(item);
  },
  'bool Overlaps(IEnumerable<T> items)': (self: HashSet, items: unknown) =>
    [...itemsOf(items)].some((item) => self.has(item)),
  'bool IsSupersetOf(IEnumerable<T> items)': (self: HashSet, items: unknown) =>
    [...itemsOf(items)].every((item) => self.has(item)),
  'bool IsSubsetOf(IEnumerable<T> items)': (self: HashSet, items: unknown) => {
    const other = filled(new HashSet(self.type), items);
    return [...self.entries.values()].every((item) => other.has(item));
  },
};

const empty = (what: string): never => raise('InvalidOperationException', `${what} empty.`);

const queueMembers: TypeDeclaration['members'] = {
  'new()': (types: readonly CsType[]) => new List(listType(types, 'Queue')),
  'new(IEnumerable<T> items)': (items: unknown, types: readonly CsType[]) =>
    new List(listType(types, 'Queue'), [...itemsOf(items)]),
  'int Count': ({ items }: List) => items.length,
  'void Enqueue(T item)': ({ items }: List, item: unknown) => void items.push(item),
  'T Dequeue()': ({ items }: List) => (items.length === 0 ? empty('Queue') : items.shift()),
  'T Peek()': ({ items }: List) => (items.length === 0 ? empty('Queue') : items[0]),
  'bool Contains(T item)': ({ items }: List, item: unknown) =>
    items.some((other) => valuesEqual(other, item)),
};

// Kept with the newest first, the order in which it is enumerated.
const stackMembers: TypeDeclaration['members'] = {
  'new()': (types: readonly CsType[]) => new List(listType(types, 'Stack')),
  'new(IEnumerable<T> items)': (items: unknown, types: readonly CsType[]) =>
    new List(listType(types, 'Stack'), [...itemsOf(items)].reverse()),
  'int Count': ({ items }: List) => items.length,
  'void Push(T item)': ({ items }: List, item: unknown) => void items.unshift(item),
  'T Pop()': ({ items }: List) => (items.length === 0 ? empty('Stack') : items.shift()),
  'T Peek()': ({ items }: List) => (items.length === 0 ? empty('Stack') : items[0]),
  'bool Contains(T item)': ({ items }: List, item: unknown) =>
    items.some((other) => valuesEqual(other, item)),
};

const arrayMembers: TypeDeclaration['members'] = {
  'int Length': (self: ArrayLike<unknown>) => self.length,
  'T this[int index]': (self: ArrayLike<unknown>, index: number) => self[inArray(self, index)],
  'set T this[int index]': (self: unknown[], index: number, value: unknown) =>
    void (self[inArray(self, index)] = value),
};

type Comparer = Parameters<typeof fold>[0];

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

/** An array of these items, or of bytes. */
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

function countOf(items: Iterable<unknown>): number {
  return [...itemsOf(items)].length;
}

function itemAt(items: Iterable<unknown>, index: number): unknown {
  const all = [...itemsOf(items)];
  return all[at(all, index)];
}

function part(self: Readable, index: 0 | 1): Sequence {
  const type = getType('IEnumerable', self.type.args[index] ?? getType('object'));
  return new Sequence(type, function* () {
    for (const { key, value } of self) yield index === 0 ? key : value;
  });
}

function copied(from: Dictionary, to: Dictionary): Dictionary {
  for (const { key, value } of from) to.add(key, value);
  return to;
}

function filled(set: HashSet, items: unknown): HashSet {
  for (const item of itemsOf(items)) set.add(item);
  return set;
}
