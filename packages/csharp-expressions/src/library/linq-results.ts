import { defaultOf } from '../default-value.ts';
import { raise } from '../evaluation-error.ts';
import { getType, type Members } from '../types.ts';
import { Dictionary, HashSet, List, itemsOf } from '../values/collections.ts';
import { keyOf, valuesEqual } from '../values/equality.ts';
import { arrayFrom } from './array.ts';
import { type StringComparer, fold } from './comparer.ts';
import { type Select, type Test, type Types, filter, first, firstMatch, itself } from './linq-steps.ts';

const noElements = (): never => raise('InvalidOperationException', 'Sequence contains no elements');

const noMatch = (): never => raise('InvalidOperationException', 'Sequence contains no matching element');

function last(source: unknown): { value: unknown } | undefined {
  let found: { value: unknown } | undefined;
  for (const value of itemsOf(source)) found = { value };
  return found;
}

function single(source: unknown): { value: unknown } | undefined {
  let found: { value: unknown } | undefined;
  for (const value of itemsOf(source)) {
    if (found) raise('InvalidOperationException', 'Sequence contains more than one element');
    found = { value };
  }
  return found;
}

const one = (find: typeof first) => (source: unknown) => (find(source) ?? noElements()).value;

const oneThat = (find: typeof first) => (source: unknown, test: Test) =>
  (find(filter(source, test)) ?? noMatch()).value;

const oneOr =
  (find: typeof first) =>
  (source: unknown, [type]: Types) =>
    (find(source) ?? { value: type && defaultOf(type) }).value;

const oneThatOr =
  (find: typeof first) =>
  (source: unknown, test: Test, [type]: Types) =>
    (find(filter(source, test)) ?? { value: type && defaultOf(type) }).value;

function dictionary(
  source: unknown,
  key: Select,
  select: Select,
  types: Types,
  comparer?: StringComparer | null,
): Dictionary {
  const result = new Dictionary(getType('Dictionary', ...types), comparer ? fold(comparer) : undefined);
  for (const item of itemsOf(source)) result.add(key(item), select(item));
  return result;
}

/** LINQ methods that give an item, a value or a collection at once. */
export const RESULTS: Members = {
  'static bool Any<T>(this IEnumerable<T> source)': (source: unknown) => first(source) !== undefined,
  'static bool Any<T>(this IEnumerable<T> source, Func<T, bool> test)': (source: unknown, test: Test) =>
    firstMatch(source, test) !== undefined,
  'static bool All<T>(this IEnumerable<T> source, Func<T, bool> test)': (source: unknown, test: Test) =>
    firstMatch(source, (item) => !test(item)) === undefined,
  'static bool Contains<T>(this IEnumerable<T> source, T item)': (source: unknown, item: unknown) =>
    firstMatch(source, (other) => valuesEqual(other, item)) !== undefined,
  'static bool Contains<T>(this IEnumerable<T> source, T item, StringComparer? comparer)': (
    source: unknown,
    item: unknown,
    comparer: StringComparer | null,
  ) => {
    const key = comparer ? fold(comparer) : keyOf;
    return firstMatch(source, (other) => key(other) === key(item)) !== undefined;
  },
  'static T First<T>(this IEnumerable<T> source)': one(first),
  'static T First<T>(this IEnumerable<T> source, Func<T, bool> test)': oneThat(first),
  'static T? FirstOrDefault<T>(this IEnumerable<T> source)': oneOr(first),
  'static T? FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> test)': oneThatOr(first),
  'static T Last<T>(this IEnumerable<T> source)': one(last),
  'static T Last<T>(this IEnumerable<T> source, Func<T, bool> test)': oneThat(last),
  'static T? LastOrDefault<T>(this IEnumerable<T> source)': oneOr(last),
  'static T? LastOrDefault<T>(this IEnumerable<T> source, Func<T, bool> test)': oneThatOr(last),
  'static T Single<T>(this IEnumerable<T> source)': one(single),
  'static T Single<T>(this IEnumerable<T> source, Func<T, bool> test)': oneThat(single),
  'static T? SingleOrDefault<T>(this IEnumerable<T> source)': oneOr(single),
  'static T? SingleOrDefault<T>(this IEnumerable<T> source, Func<T, bool> test)': oneThatOr(single),
  'static T ElementAt<T>(this IEnumerable<T> source, int index)': (source: unknown, index: number) => {
    const item = firstMatch(source, (_item, at) => at === index);
    return item
      ? item.value
      : raise('ArgumentOutOfRangeException', "Index was out of range. (Parameter 'index')");
  },
  'static T? ElementAtOrDefault<T>(this IEnumerable<T> source, int index)': (
    source: unknown,
    index: number,
    [type]: Types,
  ) => (firstMatch(source, (_item, at) => at === index) ?? { value: type && defaultOf(type) }).value,
  'static List<T> ToList<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) =>
    List.of(type ?? getType('object'), [...itemsOf(source)]),
  'static T[] ToArray<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) =>
    arrayFrom([...itemsOf(source)], type),
  'static HashSet<T> ToHashSet<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) => {
    const set = new HashSet(getType('HashSet', type ?? getType('object')));
    for (const item of itemsOf(source)) set.add(item);
    return set;
  },
  'static Dictionary<K, T> ToDictionary<T, K>(this IEnumerable<T> source, Func<T, K> key)': (
    source: unknown,
    key: Select,
    [item, keyType]: Types,
  ) =>
    dictionary(
      source,
      key,
      itself,
      [keyType, item].filter((type) => type !== undefined),
    ),
  'static Dictionary<K, V> ToDictionary<T, K, V>(this IEnumerable<T> source, Func<T, K> key, Func<T, V> select)':
    (source: unknown, key: Select, select: Select, types: Types) =>
      dictionary(source, key, select, types.slice(1)),
  'static Dictionary<K, V> ToDictionary<T, K, V>(this IEnumerable<T> source, Func<T, K> key, Func<T, V> select, StringComparer? comparer)':
    (source: unknown, key: Select, select: Select, comparer: StringComparer | null, types: Types) =>
      dictionary(source, key, select, types.slice(1), comparer),
  'static bool SequenceEqual<T>(this IEnumerable<T> source, IEnumerable<T> other)': (
    source: unknown,
    other: unknown,
  ) => {
    const [left, right] = [[...itemsOf(source)], [...itemsOf(other)]];
    return left.length === right.length && left.every((item, index) => valuesEqual(item, right[index]));
  },
  'static T Aggregate<T>(this IEnumerable<T> source, Func<T, T, T> combine)': (
    source: unknown,
    combine: (left: unknown, right: unknown) => unknown,
  ) => {
    let result: { value: unknown } | undefined;
    for (const item of itemsOf(source)) result = { value: result ? combine(result.value, item) : item };
    return (result ?? noElements()).value;
  },
  'static R Aggregate<T, R>(this IEnumerable<T> source, R seed, Func<R, T, R> combine)': (
    source: unknown,
    seed: unknown,
    combine: (left: unknown, right: unknown) => unknown,
  ) => {
    let result = seed;
    for (const item of itemsOf(source)) result = combine(result, item);
    return result;
  },
};
