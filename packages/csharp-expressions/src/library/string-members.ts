import { replaceText } from '../text/replace-text.ts';
import { spend, spendLength } from '../budget.ts';
import { raise } from '../evaluation-error.ts';
import { compareText, foldCase, matches } from '../text/compare-text.ts';
import { split } from '../text/split.ts';
import { lowerCase, trimEnd, trimStart, upperCase } from '../text/white-space.ts';
import { getType, type Members } from '../types.ts';
import { typedArray } from '../values/boxed.ts';

const chars = (text: string): number[] =>
  Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));

/** Throws what .NET throws for an index outside of a string. */
export const outOfRange = (name: string): never =>
  raise(
    'ArgumentOutOfRangeException',
    `Specified argument was out of the range of valid values. (Parameter '${name}')`,
  );

function substring(text: string, start: number, length = text.length - start): string {
  if (start < 0 || start > text.length) outOfRange('startIndex');
  if (length < 0 || start + length > text.length) outOfRange('length');
  return text.slice(start, start + length);
}

function remove(text: string, start: number, count = text.length - start): string {
  return (
    text.slice(0, start) +
    substring(text, start).slice(count < 0 || start + count > text.length ? outOfRange('count') : count)
  );
}

function replaced(text: string, from: string, to: string | null): string {
  if (from === '') raise('ArgumentException', "The value cannot be an empty string. (Parameter 'oldValue')");
  return replaceText(text, from, to ?? '');
}

function indexOf(text: string, value: string, start = 0, comparison = 4): number {
  if (start < 0 || start > text.length) outOfRange('startIndex');
  return foldCase(text, comparison).indexOf(foldCase(value, comparison), start);
}

function padded(text: string, width: number, code: number, left: boolean): string {
  if (width < 0) outOfRange('totalWidth');
  spendLength(width);
  const fill = String.fromCharCode(code);
  return left ? text.padStart(width, fill) : text.padEnd(width, fill);
}

const anyOf =
  (set: number[]): ((code: number) => boolean) =>
  (code) =>
    set.includes(code);

// .NET's own differ from process to process; those of FNV-1a are the same everywhere.
function hashCode(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

/** The members of a string. */
export const STRING_MEMBERS: Members = {
  'int GetHashCode()': hashCode,
  'int Length': (self: string) => self.length,
  'char this[int index]': (self: string, index: number) =>
    index < 0 || index >= self.length
      ? raise('IndexOutOfRangeException', 'Index was outside the bounds of the array.')
      : self.charCodeAt(index),
  'string ToString()': (self: string) => self,
  'bool Contains(string value)': (self: string, value: string) => self.includes(value),
  'bool Contains(char value)': (self: string, value: number) => self.includes(String.fromCharCode(value)),
  'bool Contains(string value, StringComparison comparison)': (
    self: string,
    value: string,
    comparison: number,
  ) => foldCase(self, comparison).includes(foldCase(value, comparison)),
  'bool StartsWith(string value)': (self: string, value: string) => self.startsWith(value),
  'bool StartsWith(char value)': (self: string, value: number) => self.charCodeAt(0) === value,
  'bool StartsWith(string value, StringComparison comparison)': (
    self: string,
    value: string,
    comparison: number,
  ) => foldCase(self, comparison).startsWith(foldCase(value, comparison)),
  'bool EndsWith(string value)': (self: string, value: string) => self.endsWith(value),
  'bool EndsWith(char value)': (self: string, value: number) => self.charCodeAt(self.length - 1) === value,
  'bool EndsWith(string value, StringComparison comparison)': (
    self: string,
    value: string,
    comparison: number,
  ) => foldCase(self, comparison).endsWith(foldCase(value, comparison)),
  'int IndexOf(string value)': (self: string, value: string) => indexOf(self, value),
  'int IndexOf(char value)': (self: string, value: number) => self.indexOf(String.fromCharCode(value)),
  'int IndexOf(string value, int start)': indexOf,
  'int IndexOf(char value, int start)': (self: string, value: number, start: number) =>
    indexOf(self, String.fromCharCode(value), start),
  'int IndexOf(string value, StringComparison comparison)': (
    self: string,
    value: string,
    comparison: number,
  ) => indexOf(self, value, 0, comparison),
  'int IndexOfAny(char[] values)': (self: string, values: number[]) => chars(self).findIndex(anyOf(values)),
  'int LastIndexOf(string value)': (self: string, value: string) => self.lastIndexOf(value),
  'int LastIndexOf(char value)': (self: string, value: number) =>
    self.lastIndexOf(String.fromCharCode(value)),
  'int LastIndexOf(string value, StringComparison comparison)': (
    self: string,
    value: string,
    comparison: number,
  ) => foldCase(self, comparison).lastIndexOf(foldCase(value, comparison)),
  'string Substring(int start)': (self: string, start: number) => substring(self, start),
  'string Substring(int start, int length)': substring,
  'string Remove(int start)': (self: string, start: number) => remove(self, start),
  'string Remove(int start, int count)': remove,
  'string Insert(int start, string value)': (self: string, start: number, value: string) =>
    start < 0 || start > self.length
      ? outOfRange('startIndex')
      : self.slice(0, start) + value + self.slice(start),
  'string Replace(string from, string? to)': replaced,
  'string Replace(char from, char to)': (self: string, from: number, to: number) =>
    self.replaceAll(String.fromCharCode(from), () => String.fromCharCode(to)),
  'string Replace(string from, string? to, StringComparison comparison)': (
    self: string,
    from: string,
    to: string | null,
    comparison: number,
  ) => replaceFolded(self, from, to ?? '', comparison),
  'string[] Split(params char[]? separators)': (self: string, separators: number[] | null) =>
    split(
      self,
      (separators ?? []).map((code) => String.fromCharCode(code)),
    ),
  'string[] Split(char separator, StringSplitOptions options = 0)': (
    self: string,
    separator: number,
    options: number,
  ) => split(self, [String.fromCharCode(separator)], options),
  'string[] Split(char separator, int count, StringSplitOptions options = 0)': (
    self: string,
    separator: number,
    count: number,
    options: number,
  ) => split(self, [String.fromCharCode(separator)], options, count),
  'string[] Split(char[]? separators, StringSplitOptions options)': (
    self: string,
    codes: number[] | null,
    options: number,
  ) =>
    split(
      self,
      (codes ?? []).map((code) => String.fromCharCode(code)),
      options,
    ),
  'string[] Split(char[]? separators, int count)': (self: string, codes: number[] | null, count: number) =>
    split(
      self,
      (codes ?? []).map((code) => String.fromCharCode(code)),
      0,
      count,
    ),
  'string[] Split(char[]? separators, int count, StringSplitOptions options)': (
    self: string,
    codes: number[] | null,
    count: number,
    options: number,
  ) =>
    split(
      self,
      (codes ?? []).map((code) => String.fromCharCode(code)),
      options,
      count,
    ),
  'string[] Split(string? separator, StringSplitOptions options = 0)': (
    self: string,
    separator: string | null,
    options: number,
  ) => split(self, separator === null ? [] : [separator], options),
  'string[] Split(string? separator, int count, StringSplitOptions options = 0)': (
    self: string,
    separator: string | null,
    count: number,
    options: number,
  ) => split(self, separator === null ? [] : [separator], options, count),
  'string[] Split(string[]? separators, StringSplitOptions options)': (
    self: string,
    separators: string[] | null,
    options: number,
  ) => split(self, separators ?? [], options),
  'string[] Split(string[]? separators, int count, StringSplitOptions options)': (
    self: string,
    separators: string[] | null,
    count: number,
    options: number,
  ) => split(self, separators ?? [], options, count),
  'string Trim()': (self: string) => trimEnd(trimStart(self)),
  'string Trim(params char[]? values)': (self: string, values: number[] | null) =>
    trimEnd(trimStart(self, values), values),
  'string TrimStart()': (self: string) => trimStart(self),
  'string TrimStart(params char[]? values)': trimStart,
  'string TrimEnd()': (self: string) => trimEnd(self),
  'string TrimEnd(params char[]? values)': trimEnd,
  'string ToLower()': lowerCase,
  'string ToLowerInvariant()': lowerCase,
  'string ToUpper()': upperCase,
  'string ToUpperInvariant()': upperCase,
  'string PadLeft(int width)': (self: string, width: number) => padded(self, width, 32, true),
  'string PadLeft(int width, char fill)': (self: string, width: number, code: number) =>
    padded(self, width, code, true),
  'string PadRight(int width)': (self: string, width: number) => padded(self, width, 32, false),
  'string PadRight(int width, char fill)': (self: string, width: number, code: number) =>
    padded(self, width, code, false),
  'char[] ToCharArray()': (self: string) => typedArray(chars(self), getType('char')),
  'bool Equals(string? other)': (self: string, other: string | null) => self === other,
  'bool Equals(string? other, StringComparison comparison)': (
    self: string,
    other: string | null,
    comparison: number,
  ) => other !== null && matches(self, other, comparison),
  'int CompareTo(string? other)': (self: string, other: string | null) => compareText(self, other),
};

function replaceFolded(text: string, from: string, to: string, comparison: number): string {
  const [folded, wanted] = [foldCase(text, comparison), foldCase(from, comparison)];
  let result = '';
  let position = 0;
  for (let at = folded.indexOf(wanted); at >= 0 && wanted !== ''; at = folded.indexOf(wanted, position)) {
    spend();
    result += text.slice(position, at) + to;
    position = at + wanted.length;
  }
  return result + text.slice(position);
}
