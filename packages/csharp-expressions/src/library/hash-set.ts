import { type CsType, getType, type Members } from '../types.ts';
import { HashSet, itemsOf } from '../values/collections.ts';
import { fold, type StringComparer } from './comparer.ts';
import { listType } from './list.ts';

/** HashSet<T>. */
export const setMembers: Members = {
  'new()': ([element]: readonly CsType[]) => new HashSet(getType('HashSet', element ?? getType('object'))),
  'new(IEnumerable<T> items)': (items: unknown, types: readonly CsType[]) =>
    filled(new HashSet(listType(types, 'HashSet')), items),
  'new(StringComparer? comparer)': (comparer: StringComparer | null, types: readonly CsType[]) =>
    new HashSet(listType(types, 'HashSet'), comparer ? fold(comparer) : undefined),
  'new(IEnumerable<T> items, StringComparer? comparer)': (
    items: unknown,
    comparer: StringComparer | null,
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
    const kept = self.alike(itemsOf(items));
    for (const item of [...self.entries.values()]) if (!kept.has(item)) self.remove(item);
  },
  'void SymmetricExceptWith(IEnumerable<T> items)': (self: HashSet, items: unknown) => {
    for (const item of self.alike(itemsOf(items))) if (!self.remove(item)) self.add(item);
  },
  'int RemoveWhere(Predicate<T> test)': (self: HashSet, test: (item: unknown) => boolean) => {
    const removed = [...self.entries.values()].filter(test);
    for (const item of removed) self.remove(item);
    return removed.length;
  },
  'bool SetEquals(IEnumerable<T> items)': (self: HashSet, items: unknown) => {
    const other = self.alike(itemsOf(items));
    return other.entries.size === self.entries.size && [...other].every((item) => self.has(item));
  },
  'bool IsProperSubsetOf(IEnumerable<T> items)': (self: HashSet, items: unknown) => {
    const other = self.alike(itemsOf(items));
    return other.entries.size > self.entries.size && [...self].every((item) => other.has(item));
  },
  'bool IsProperSupersetOf(IEnumerable<T> items)': (self: HashSet, items: unknown) => {
    const other = self.alike(itemsOf(items));
    return other.entries.size < self.entries.size && [...other].every((item) => self.has(item));
  },
  'bool Overlaps(IEnumerable<T> items)': (self: HashSet, items: unknown) =>
    [...itemsOf(items)].some((item) => self.has(item)),
  'bool IsSupersetOf(IEnumerable<T> items)': (self: HashSet, items: unknown) =>
    [...itemsOf(items)].every((item) => self.has(item)),
  'bool IsSubsetOf(IEnumerable<T> items)': (self: HashSet, items: unknown) => {
    const other = self.alike(itemsOf(items));
    return [...self.entries.values()].every((item) => other.has(item));
  },
};

function filled(set: HashSet, items: unknown): HashSet {
  for (const item of itemsOf(items)) set.add(item);
  return set;
}
