import { arithmetic } from '../arithmetic.ts';
import { compareValues } from '../compare.ts';
import { defaultOf } from '../default-value.ts';
import { raise } from '../evaluation-error.ts';
import { type CsType, getType, isNullable, isValueType, type Members } from '../types.ts';
import { itemsOf } from '../values/collections.ts';
import { Decimal } from '../values/decimal.ts';

type Select = (item: unknown) => unknown;
type Binary = (left: unknown, right: unknown) => unknown;

const NUMBERS = ['int', 'long', 'double', 'decimal', 'float'];
const itself: Select = (item) => item;
const noElements = (): never => raise('InvalidOperationException', 'Sequence contains no elements');

function count(source: unknown, test: Select): number {
  let found = 0;
  for (const item of itemsOf(source)) if (test(item) === true) found += 1;
  return found;
}

function sum(source: unknown, select: Select, type: string): unknown {
  const add = arithmetic('+', type, true) as Binary;
  let total = defaultOf(getType(type));
  for (const item of itemsOf(source)) {
    const value = select(item);
    if (value !== null) total = add(total, value);
  }
  return total;
}

function average(source: unknown, select: Select, type: string): unknown {
  const values = [...itemsOf(source)].map(select);
  if (values.length === 0) noElements();
  const total = sum(values, itself, type === 'float' ? 'double' : type);
  if (total instanceof Decimal) return total.divide(new Decimal(BigInt(values.length)));
  const mean = Number(total) / values.length;
  return type === 'float' ? Math.fround(mean) : mean;
}

function extreme(source: unknown, select: Select, sign: 1 | -1, type: CsType | undefined): unknown {
  let best: { value: unknown } | undefined;
  for (const item of itemsOf(source)) {
    const value = select(item);
    if (value !== null && (!best || compareValues(value, best.value) * sign > 0)) best = { value };
  }
  if (best) return best.value;
  return type && isValueType(type) && !isNullable(type) ? noElements() : null;
}

function perNumber(name: string): Members {
  const mean = name === 'decimal' || name === 'float' ? name : 'double';
  return {
    [`static ${name} Sum(this IEnumerable<${name}> source)`]: (source: unknown) => sum(source, itself, name),
    [`static ${name} Sum<T>(this IEnumerable<T> source, Func<T, ${name}> select)`]: (
      source: unknown,
      select: Select,
    ) => sum(source, select, name),
    [`static ${mean} Average(this IEnumerable<${name}> source)`]: (source: unknown) =>
      average(source, itself, name),
    [`static ${mean} Average<T>(this IEnumerable<T> source, Func<T, ${name}> select)`]: (
      source: unknown,
      select: Select,
    ) => average(source, select, name),
  };
}

/** Count, Sum, Average, Min and Max. */
export const AGGREGATES: Members = {
  'static int Count<T>(this IEnumerable<T> source)': (source: unknown) => count(source, () => true),
  'static int Count<T>(this IEnumerable<T> source, Func<T, bool> test)': count,
  'static long LongCount<T>(this IEnumerable<T> source)': (source: unknown) =>
    BigInt(count(source, () => true)),
  'static T Min<T>(this IEnumerable<T> source)': (source: unknown, [type]: readonly CsType[]) =>
    extreme(source, itself, -1, type),
  'static T Max<T>(this IEnumerable<T> source)': (source: unknown, [type]: readonly CsType[]) =>
    extreme(source, itself, 1, type),
  'static R Min<T, R>(this IEnumerable<T> source, Func<T, R> select)': (
    source: unknown,
    select: Select,
    [, type]: readonly CsType[],
  ) => extreme(source, select, -1, type),
  'static R Max<T, R>(this IEnumerable<T> source, Func<T, R> select)': (
    source: unknown,
    select: Select,
    [, type]: readonly CsType[],
  ) => extreme(source, select, 1, type),
  ...Object.fromEntries(NUMBERS.flatMap((name) => Object.entries(perNumber(name)))),
};
