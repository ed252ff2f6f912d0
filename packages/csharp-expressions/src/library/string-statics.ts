import { spend, spendLength } from '../budget.ts';
import { formatComposite, formatValue, formatterOf } from '../format.ts';
import { compareText, matches } from '../text/compare-text.ts';
import { trimStart } from '../text/white-space.ts';
import { type CsType, getType, type Members } from '../types.ts';
import { itemsOf } from '../values/collections.ts';
import { outOfRange } from './string-members.ts';

const fromChars = (codes: Iterable<number>): string => {
  let text = '';
  for (const code of codes) text += String.fromCharCode(code);
  return text;
};

function joined(separator: string | null, items: Iterable<string>): string {
  const parts = [...items];
  spend(parts.length);
  return parts.join(separator ?? '');
}

function* formatted(source: unknown, type: CsType | undefined): Iterable<string> {
  const format = formatterOf(type ?? getType('object'));
  for (const item of itemsOf(source)) yield format(item);
}

/** The static members of string, and its constructors. */
export const STRING_STATICS: Members = {
  'new(char value, int count)': (code: number, count: number) => {
    if (count < 0) outOfRange('count');
    spendLength(count);
    return String.fromCharCode(code).repeat(count);
  },
  'new(char[]? value)': (codes: number[] | null) => fromChars(codes ?? []),
  'const string Empty': () => '',
  'static bool IsNullOrEmpty(string? value)': (value: string | null) => value === null || value === '',
  'static bool IsNullOrWhiteSpace(string? value)': (value: string | null) =>
    value === null || trimStart(value) === '',
  'static string Join(string? separator, params string?[] values)': (
    separator: string | null,
    values: (string | null)[],
  ) =>
    joined(
      separator,
      values.map((value) => value ?? ''),
    ),
  'static string Join(string? separator, params object?[] values)': (
    separator: string | null,
    values: unknown[],
  ) =>
    joined(
      separator,
      values.map((value) => formatValue(value)),
    ),
  'static string Join(string? separator, IEnumerable<string> values)': (
    separator: string | null,
    values: Iterable<string | null>,
  ) =>
    joined(
      separator,
      [...itemsOf(values)].map((value) => (value as string | null) ?? ''),
    ),
  'static string Join<T>(string? separator, IEnumerable<T> values)': (
    separator: string | null,
    values: unknown,
    [type]: readonly CsType[],
  ) => joined(separator, formatted(values, type)),
  'static string Join(char separator, params string?[] values)': (
    separator: number,
    values: (string | null)[],
  ) =>
    joined(
      String.fromCharCode(separator),
      values.map((value) => value ?? ''),
    ),
  'static string Join<T>(char separator, IEnumerable<T> values)': (
    separator: number,
    values: unknown,
    [type]: readonly CsType[],
  ) => joined(String.fromCharCode(separator), formatted(values, type)),
  'static string Concat(params string?[] values)': (values: (string | null)[]) =>
    joined(
      '',
      values.map((value) => value ?? ''),
    ),
  'static string Concat(params object?[] values)': (values: unknown[]) =>
    joined(
      '',
      values.map((value) => formatValue(value)),
    ),
  'static string Concat<T>(IEnumerable<T> values)': (values: unknown, [type]: readonly CsType[]) =>
    joined('', formatted(values, type)),
  'static string Format(string format, object? value)': (format: string, value: unknown) =>
    formatComposite(format, [value]),
  'static string Format(string format, params object?[] values)': formatComposite,
  'static int Compare(string? left, string? right)': (left: string | null, right: string | null) =>
    compareText(left, right),
  'static int Compare(string? left, string? right, bool ignoreCase)': (
    left: string | null,
    right: string | null,
    ignoreCase: boolean,
  ) => compareText(left, right, ignoreCase ? 3 : 2),
  'static int Compare(string? left, string? right, StringComparison comparison)': compareText,
  'static int CompareOrdinal(string? left, string? right)': (left: string | null, right: string | null) =>
    compareText(left, right, 4),
  'static bool Equals(string? left, string? right)': (left: string | null, right: string | null) =>
    left === right,
  'static bool Equals(string? left, string? right, StringComparison comparison)': (
    left: string | null,
    right: string | null,
    comparison: number,
  ) => (left === null || right === null ? left === right : matches(left, right, comparison)),
  'static string Copy(string value)': (value: string) => value,
};
