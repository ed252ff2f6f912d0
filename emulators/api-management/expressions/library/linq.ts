import { compareValues } from '../compare.ts';
import { defaultOf } from '../default-value.ts';
import { raise } from '../evaluation-error.ts';
import { isInstance, explicitConversion } from '../conversions.ts';
import { compareText } from '../text/compare-text.ts';
import { type CsType, getType, type TypeDeclaration } from '../types.ts';
import { unbox } from '../values/boxed.ts';
import { Dictionary, HashSet, itemsOf, List, Sequence } from '../values/collections.ts';
import { valuesEqual, keyOf } from '../values/equality.ts';
import { arrayFrom } from './collections.ts';
import { fold, type StringComparer } from './comparer.ts';
import { AGGREGATES } from './linq-aggregates.ts';
import { Grouping, Ordered } from './linq-values.ts';

type Types = readonly CsType[];
type Select = (item: unknown, index?: number) => unknown;
type Test = (item: unknown, index?: number) => boolean;

const noElements = (): never => raise('InvalidOperationException', 'Sequence contains no elements');
const noMatch = (): never => raise('InvalidOperationException', 'Sequence contains no matching element');

/** A sequence of a type that is worked out when it is enumerated. */
function lazy(element: CsType | undefined, start: () => Iterable<unknown>): Sequence {
  return new Sequence(getType('IEnumerable', element ?? getType('object')), start);
}

function* filter(source: unknown, test: Test): Generator {
  let index = 0;
  for (const item of itemsOf(source)) if (test(item, index++)) yield item;
}

function* map(source: unknown, select: Select): Generator {
  let index = 0;
  for (const item of itemsOf(source)) yield select(item, index++);
}

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

function first(source: unknown): { value: unknown } | undefined {
  for (const value of itemsOf(source)) return { value };
  return undefined;
}

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

const itself: Select = (item) => item;

const members: TypeDeclaration['members'] = {
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
  'static bool Any<T>(this IEnumerable<T> source)': (source: unknown) => first(source) !== undefined,
  'static bool Any<T>(this IEnumerable<T> source, Func<T, bool> test)': (source: unknown, test: Test) =>
    first(filter(source, test)) !== undefined,
  'static bool All<T>(this IEnumerable<T> source, Func<T, bool> test)': (source: unknown, test: Test) =>
    first(filter(source, (item) => !test(item))) === undefined,
  'static bool Contains<T>(this IEnumerable<T> source, T item)': (source: unknown, item: unknown) =>
    first(filter(source, (other) => valuesEqual(other, item))) !== undefined,
  'static bool Contains<T>(this IEnumerable<T> source, T item, StringComparer? comparer)': (
    source: unknown,
    item: unknown,
    comparer: StringComparer | null,
  ) => {
    const key = comparer ? fold(comparer) : keyOf;
    return first(filter(source, (other) => key(other) === key(item))) !== undefined;
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
    const item = first(filter(source, (_item, at) => at === index));
    return item
      ? item.value
      : raise('ArgumentOutOfRangeException', "Index was out of range. (Parameter 'index')");
  },
  'static T? ElementAtOrDefault<T>(this IEnumerable<T> source, int index)': (
    source: unknown,
    index: number,
    [type]: Types,
  ) => (first(filter(source, (_item, at) => at === index)) ?? { value: type && defaultOf(type) }).value,
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
  'static List<T> ToList<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) =>
    List.of(type ?? getType('object'), [...itemsOf(source)]),
  'static T[] ToArray<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) =>
    arrayFrom([...itemsOf(source)], type),
  'static HashSet<T> ToHashSet<T>(this IEnumerable<T> source)': (source: unknown, [type]: Types) => {
    const set = new HashSet(getType('HashSet', type ?? getType('object')));
    for (const item of itemsOf(source)) set.add(item);
    return set;
  },
  'static IEnumerable<T> AsEnumerable<T>(this IEnumerable<T> source)': (source: unknown) => source,
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

/** System.Linq. */
export const LINQ_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'IOrderedEnumerable<T>',
    namespace: 'System.Linq',
    kind: 'interface',
    interfaces: ['IEnumerable<T>'],
  },
  {
    name: 'IGrouping<K, T>',
    namespace: 'System.Linq',
    kind: 'interface',
    interfaces: ['IEnumerable<T>'],
  },
  { name: 'Enumerable', namespace: 'System.Linq', kind: 'static', members: { ...members, ...AGGREGATES } },
];
