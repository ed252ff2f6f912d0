import { defaultOf } from '../default-value.ts';
import type { Out } from '../invoke.ts';
import { type CsType, getType, type Members } from '../types.ts';
import { Dictionary, Lookup, Sequence } from '../values/collections.ts';
import { valuesEqual } from '../values/equality.ts';
import { fold, type StringComparer } from './comparer.ts';

/** A dictionary or a lookup: both are read in the same way. */
type Readable = Dictionary | Lookup;

/** The members that every dictionary has, read-only ones too. */
export const dictionaryReading: Members = {
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

/** Dictionary<K, V>. */
export const dictionaryMembers: Members = {
  'new()': (types: readonly CsType[]) => new Dictionary(getType('Dictionary', ...types)),
  'new(int capacity)': (_capacity: number, types: readonly CsType[]) =>
    new Dictionary(getType('Dictionary', ...types)),
  'new(StringComparer? comparer)': (comparer: StringComparer | null, types: readonly CsType[]) =>
    new Dictionary(getType('Dictionary', ...types), comparer ? fold(comparer) : undefined),
  'new(IDictionary<K, V> items)': (items: Dictionary, types: readonly CsType[]) =>
    copied(items, new Dictionary(getType('Dictionary', ...types))),
  'new(IDictionary<K, V> items, StringComparer? comparer)': (
    items: Dictionary,
    comparer: StringComparer | null,
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

function part(self: Readable, index: 0 | 1): Sequence {
  const type = getType('IEnumerable', self.type.args[index] ?? getType('object'));
  if (index === 0 && self instanceof Lookup) return new Sequence(type, self.keys);
  return new Sequence(type, function* () {
    for (const { key, value } of self) yield index === 0 ? key : value;
  });
}

function copied(from: Dictionary, to: Dictionary): Dictionary {
  for (const { key, value } of from) to.add(key, value);
  return to;
}
