import { compareValues } from '../compare.ts';
import { explicitConversion, isInstance } from '../conversions.ts';
import { defaultOf } from '../default-value.ts';
import { compareText } from '../text/compare-text.ts';
import { type CsType, getType, type Members } from '../types.ts';
import { unbox } from '../values/boxed.ts';
import { itemsOf } from '../values/collections.ts';
import { keyOf } from '../values/equality.ts';
import { type StringComparer, fold } from './comparer.ts';
import { type Select, type Test, type Types, filter, itself, lazy, map } from './linq-steps.ts';
import { Grouping, Ordered } from './linq-values.ts';

function* flatMap(source: unknown, select: Select): Generator {
  for (const item of itemsOf(source)) yield* itemsOf(select(item));
}

function* distinct(
  source: unknown,
  key: Select = (item) => item,
  equal: (value: unknown) => unknown = keyOf,
): Generator {
  const seen = new Set();
  for (const item of itemsOf(source)) {
    const folded = equal(key(item));
    if (!seen.has(folded)) {
      seen.add(folded);
      yield item;
    }
  }
}

function keySet(source: unknown): Set<unknown> {
  return new Set([...itemsOf(source)].map(keyOf));
}

function groups(
  source: unknown,
  key: Select,
  select: Select,
  [keyType, itemType]: readonly (CsType | undefined)[],
): Grouping[] {
  const found = new Map<unknown, Grouping>();
  const type = getType('IGrouping', keyType ?? getType('object'), itemType ?? getType('object'));
  for (const item of itemsOf(source)) {
    const value = key(item);
    const group = found.get(keyOf(value)) ?? new Grouping(type, value);
    found.set(keyOf(value), group);
    group.items.push(select(item));
  }
  return [...found.values()];
}

function ordered(
  [item]: Types,
  source: unknown,
  key: Select,
  descending: boolean,
  compare = compareValues,
): Ordered {
  return new Ordered(getType('IOrderedEnumerable', item ?? getType('object')), source, [
    { key, descending, compare },
  ]);
}

function byComparer({ comparison }: StringComparer): typeof compareValues {
  return (left, right) => compareText(left as string | null, right as string | null, comparison);
}

/** LINQ methods that give a sequence, worked out when it is enumerated. */
export const SEQUENCES: Members = {
  'static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> test)': (
    source: unknown,
    test: Test,
    [type]: Types,
  ) => lazy(type, () => filter(source, (item) => test(item))),
  'static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, int, bool> test)': (
    source: unknown,
    test: Test,
    [type]: Types,
  ) => lazy(type, () => filter(source, test)),
  'static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, R> select)': (
    source: unknown,
    select: Select,
    [, type]: Types,
  ) => lazy(type, () => map(source, (item) => select(item))),
  'static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, int, R> select)': (
    source: unknown,
    select: Select,
    [, type]: Types,
  ) => lazy(type, () => map(source, select)),
  'static IEnumerable<R> SelectMany<T, R>(this IEnumerable<T> source, Func<T, IEnumerable<R>> select)': (
    source: unknown,
    select: Select,
    [, type]: Types,
  ) => lazy(type, () => flatMap(source, select)),
  'static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count)': (
    source: unknown,
    count: number,
    [type]: Types,
  ) => lazy(type, () => filter(source, (_item, index = 0) => index >= count)),
  'static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count)': (
    source: unknown,
    count: number,
    [type]: Types,
  ) =>
    lazy(type, function* () {
      let left = count;
      if (left <= 0) return;
      for (const item of itemsOf(source)) {
        yield item;
        left -= 1;
        if (left <= 0) return;
      }
    }),
  'static IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T, bool> test)': (
    source: unknown,
    test: Test,
    [type]: Types,
  ) =>
    lazy(type, function* () {
      for (const item of itemsOf(source)) {
        if (!test(item)) return;
        yield item;
      }
    }),
  'static IEnumerable<T> SkipWhile<T>(this IEnumerable<T> source, Func<T, bool> test)': (
    source: unknown,
    test: Test,
    [type]: Types,
  ) =>
    lazy(type, function* () {
      let skipping = true;
      for (const item of itemsOf(source)) {
        skipping &&= test(item);
        if (!skipping) yield item;
      }
    }),
  'static IEnumerable<T> Distinct<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) =>
    lazy(type, () => distinct(source)),
  'static IEnumerable<T> Distinct<T>(this IEnumerable<T> source, StringComparer? comparer)': (
    source: unknown,
    comparer: StringComparer | null,
    [type]: Types,
  ) => lazy(type, () => distinct(source, itself, comparer ? fold(comparer) : keyOf)),
  'static IEnumerable<T> Concat<T>(this IEnumerable<T> source, IEnumerable<T> other)': (
    source: unknown,
    other: unknown,
    [type]: Types,
  ) =>
    lazy(type, function* () {
      yield* itemsOf(source);
      yield* itemsOf(other);
    }),
  'static IEnumerable<T> Append<T>(this IEnumerable<T> source, T item)': (
    source: unknown,
    item: unknown,
    [type]: Types,
  ) =>
    lazy(type, function* () {
      yield* itemsOf(source);
      yield item;
    }),
  'static IEnumerable<T> Prepend<T>(this IEnumerable<T> source, T item)': (
    source: unknown,
    item: unknown,
    [type]: Types,
  ) =>
    lazy(type, function* () {
      yield item;
      yield* itemsOf(source);
    }),
  'static IEnumerable<T> Union<T>(this IEnumerable<T> source, IEnumerable<T> other)': (
    source: unknown,
    other: unknown,
    [type]: Types,
  ) => lazy(type, () => distinct([...itemsOf(source), ...itemsOf(other)])),
  'static IEnumerable<T> Intersect<T>(this IEnumerable<T> source, IEnumerable<T> other)': (
    source: unknown,
    other: unknown,
    [type]: Types,
  ) =>
    lazy(type, () => {
      const keys = keySet(other);
      return distinct([...filter(source, (item) => keys.has(keyOf(item)))]);
    }),
  'static IEnumerable<T> Except<T>(this IEnumerable<T> source, IEnumerable<T> other)': (
    source: unknown,
    other: unknown,
    [type]: Types,
  ) =>
    lazy(type, () => {
      const keys = keySet(other);
      return distinct([...filter(source, (item) => !keys.has(keyOf(item)))]);
    }),
  'static IEnumerable<T> Reverse<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) =>
    lazy(type, () => [...itemsOf(source)].reverse()),
  'static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) =>
    lazy(type, () => {
      const all = [...itemsOf(source)];
      return all.length > 0 ? all : [type && defaultOf(type)];
    }),
  'static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source, T? fallback)': (
    source: unknown,
    fallback: unknown,
    [type]: Types,
  ) =>
    lazy(type, () => {
      const all = [...itemsOf(source)];
      return all.length > 0 ? all : [fallback];
    }),
  'static IEnumerable<R> Join<T, S, K, R>(this IEnumerable<T> source, IEnumerable<S> other, Func<T, K> key, Func<S, K> otherKey, Func<T, S, R> combine)':
    (
      source: unknown,
      other: unknown,
      key: Select,
      otherKey: Select,
      combine: (item: unknown, match: unknown) => unknown,
      [, , , type]: readonly CsType[],
    ) =>
      lazy(type, function* () {
        const matches = new Map(
          groups(other, otherKey, (item) => item, []).map((group) => [keyOf(group.key), group]),
        );
        for (const item of itemsOf(source)) {
          const value = key(item);
          for (const match of matches.get(keyOf(value))?.items ?? []) yield combine(item, match);
        }
      }),
  'static IEnumerable<R> Zip<T, S, R>(this IEnumerable<T> source, IEnumerable<S> other, Func<T, S, R> combine)':
    (
      source: unknown,
      other: unknown,
      combine: (left: unknown, right: unknown) => unknown,
      [, , type]: Types,
    ) =>
      lazy(type, function* () {
        const right = itemsOf(other);
        for (const item of itemsOf(source)) {
          const next = right.next();
          if (next.done) return;
          yield combine(item, next.value);
        }
      }),
  'static IEnumerable<R> Cast<R>(this IEnumerable<object> source)': (source: unknown, [type]: Types) =>
    lazy(type, () => {
      const convert = type ? explicitConversion(getType('object'), type) : null;
      return map(source, (item) => (convert ? convert(item) : item));
    }),
  'static IEnumerable<R> OfType<R>(this IEnumerable<object> source)': (source: unknown, [type]: Types) =>
    lazy(type, () =>
      map(
        filter(source, (item) => item !== null && type !== undefined && isInstance(item, type)),
        (item) => (type?.definition.kind === 'struct' ? unbox(item) : item),
      ),
    ),
  'static IEnumerable<T> AsEnumerable<T>(this IEnumerable<T> source)': (source: unknown) => source,
  'static IEnumerable<IGrouping<K, T>> GroupBy<T, K>(this IEnumerable<T> source, Func<T, K> key)': (
    source: unknown,
    key: Select,
    [item, keyType]: Types,
  ) =>
    lazy(getType('IGrouping', keyType ?? getType('object'), item ?? getType('object')), () =>
      groups(source, key, itself, [keyType, item]),
    ),
  'static IEnumerable<IGrouping<K, V>> GroupBy<T, K, V>(this IEnumerable<T> source, Func<T, K> key, Func<T, V> select)':
    (source: unknown, key: Select, select: Select, [, keyType, type]: Types) =>
      lazy(getType('IGrouping', keyType ?? getType('object'), type ?? getType('object')), () =>
        groups(source, key, select, [keyType, type]),
      ),
  'static IOrderedEnumerable<T> OrderBy<T, K>(this IEnumerable<T> source, Func<T, K> key)': (
    source: unknown,
    key: Select,
    types: Types,
  ) => ordered(types, source, key, false),
  'static IOrderedEnumerable<T> OrderBy<T, K>(this IEnumerable<T> source, Func<T, K> key, StringComparer? comparer)':
    (source: unknown, key: Select, comparer: StringComparer | null, types: Types) =>
      ordered(types, source, key, false, comparer ? byComparer(comparer) : undefined),
  'static IOrderedEnumerable<T> OrderByDescending<T, K>(this IEnumerable<T> source, Func<T, K> key)': (
    source: unknown,
    key: Select,
    types: Types,
  ) => ordered(types, source, key, true),
  'static IOrderedEnumerable<T> ThenBy<T, K>(this IOrderedEnumerable<T> source, Func<T, K> key)': (
    source: Ordered,
    key: Select,
  ) => source.then({ key, descending: false, compare: compareValues }),
  'static IOrderedEnumerable<T> ThenByDescending<T, K>(this IOrderedEnumerable<T> source, Func<T, K> key)': (
    source: Ordered,
    key: Select,
  ) => source.then({ key, descending: true, compare: compareValues }),
  'static IEnumerable<int> Range(int start, int count)': (start: number, count: number) =>
    lazy(getType('int'), function* () {
      for (let index = 0; index < count; index += 1) yield start + index;
    }),
  'static IEnumerable<T> Repeat<T>(T item, int count)': (item: unknown, count: number, [type]: Types) =>
    lazy(type, function* () {
      for (let index = 0; index < count; index += 1) yield item;
    }),
  'static IEnumerable<T> Empty<T>()': ([type]: Types) => lazy(type, () => []),
};
