import { boundLength, spend } from '../budget.ts';
import { raise } from '../evaluation-error.ts';
import { formatComposite, formatterOf } from '../format.ts';
import type { Implementation } from '../signature.ts';
import { replaceText } from '../text/replace-text.ts';
import { getType, type TypeDeclaration } from '../types.ts';

/** System.Text.StringBuilder. */
class StringBuilder {
  readonly type = 'StringBuilder';
  text: string;

  constructor(text = '') {
    this.text = text;
  }

  append(more: string): this {
    boundLength(this.text.length + more.length);
    spend(1 + (more.length >> 8));
    this.text += more;
    return this;
  }

  formatted(): string {
    return this.text;
  }
}

const SOURCES = ['bool', 'char', 'int', 'long', 'double', 'decimal'];
const appends = Object.fromEntries(
  SOURCES.map((from): [string, Implementation] => [
    `StringBuilder Append(${from} value)`,
    (self: StringBuilder, value: unknown) => self.append(formatterOf(getType(from))(value)),
  ]),
);

function replace(self: StringBuilder, from: string, to: string | null): StringBuilder {
  if (from === '') raise('ArgumentException', "Empty name is not legal. (Parameter 'oldValue')");
  self.text = replaceText(self.text, from, to ?? '');
  return self;
}

/** System.Text.StringBuilder. */
export const STRING_BUILDER_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'StringBuilder',
    namespace: 'System.Text',
    kind: 'class',
    members: {
      'new()': () => new StringBuilder(),
      'new(int capacity)': () => new StringBuilder(),
      'new(string? text)': (text: string | null) => new StringBuilder(text ?? ''),
      'int Length': (self: StringBuilder) => self.text.length,
      'set int Length': (self: StringBuilder, length: number) =>
        void (self.text = self.text.slice(0, length).padEnd(length, '\0')),
      'char this[int index]': (self: StringBuilder, index: number) =>
        index < 0 || index >= self.text.length
          ? raise('IndexOutOfRangeException', 'Index was outside the bounds of the array.')
          : self.text.charCodeAt(index),
      ...appends,
      'StringBuilder Append(string? value)': (self: StringBuilder, value: string | null) =>
        self.append(value ?? ''),
      'StringBuilder Append(object? value)': (self: StringBuilder, value: unknown) =>
        self.append(formatterOf(getType('object'))(value)),
      'StringBuilder Append(char value, int count)': (self: StringBuilder, code: number, count: number) =>
        self.append(String.fromCharCode(code).repeat(count)),
      'StringBuilder AppendLine()': (self: StringBuilder) => self.append('\n'),
      'StringBuilder AppendLine(string? value)': (self: StringBuilder, value: string | null) =>
        self.append(`${value ?? ''}\n`),
      'StringBuilder AppendFormat(string format, params object?[] values)': (
        self: StringBuilder,
        format: string,
        values: unknown[],
      ) => self.append(formatComposite(format, values)),
      'StringBuilder Insert(int index, string? value)': (
        self: StringBuilder,
        index: number,
        value: string | null,
      ) => {
        if (index < 0 || index > self.text.length)
          raise('ArgumentOutOfRangeException', "Index was out of range. (Parameter 'index')");
        self.text = self.text.slice(0, index) + (value ?? '') + self.text.slice(index);
        return self;
      },
      'StringBuilder Remove(int start, int length)': (self: StringBuilder, start: number, length: number) => {
        if (start < 0 || length < 0 || start + length > self.text.length)
          raise('ArgumentOutOfRangeException', "Index was out of range. (Parameter 'length')");
        self.text = self.text.slice(0, start) + self.text.slice(start + length);
        return self;
      },
      'StringBuilder Replace(string from, string? to)': replace,
      'StringBuilder Replace(char from, char to)': (self: StringBuilder, from: number, to: number) =>
        replace(self, String.fromCharCode(from), String.fromCharCode(to)),
      'StringBuilder Clear()': (self: StringBuilder) => {
        self.text = '';
        return self;
      },
      'string ToString()': (self: StringBuilder) => self.text,
      'string ToString(int start, int length)': (self: StringBuilder, start: number, length: number) =>
        self.text.slice(start, start + length),
    },
  },
];
