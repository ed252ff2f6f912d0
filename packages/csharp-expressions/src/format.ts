import { spendLength } from './budget.ts';
import { raise } from './evaluation-error.ts';
import { formatDate, formatDateOffset, formatTimeSpan } from './text/format-date.ts';
import { formatNumber, type NumberKind } from './text/format-number.ts';
import type { NumberValue } from './text/number-digits.ts';
import { clrNameOf, type CsType, isNullable, withoutNullable } from './types.ts';
import { box, Boxed, typeOfValue } from './values/boxed.ts';
import { DateTime } from './values/date-time.ts';
import { DateTimeOffset } from './values/date-time-offset.ts';
import { Decimal } from './values/decimal.ts';
import { Guid } from './values/guid.ts';
import { TimeSpan } from './values/time-span.ts';

/** A library value that has a `ToString` of its own. */
interface Formattable {
  readonly formatted: () => string;
}

const BITS: Readonly<Record<string, number>> = {
  sbyte: 8,
  byte: 8,
  short: 16,
  ushort: 16,
  long: 64,
  ulong: 64,
};

/** Formats a value as C#'s `ToString()` gives it with the invariant culture; null gives an empty string. */
export function formatValue(value: unknown, format?: string): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return formatNumber(value, 'integer', format);
    case 'bigint':
      return formatNumber(value, 'integer', format, 64);
    default:
  }
  if (value === null || value === undefined) return '';
  if (value instanceof Boxed) return formatBoxed(value, format);
  if (value instanceof Decimal) return formatNumber(value, 'decimal', format);
  if (value instanceof DateTime) return formatDate(value, format);
  if (value instanceof DateTimeOffset) return formatDateOffset(value, format);
  if (value instanceof TimeSpan) return formatTimeSpan(value, format);
  if (value instanceof Guid) return formatGuid(value, format);
  if (isFormattable(value)) return value.formatted();
  return clrNameOf(typeOfValue(value));
}

/** `ToString` for values of a static type. */
export function formatterOf(type: CsType): (value: unknown, format?: string) => string {
  const inner = isNullable(type) ? withoutNullable(type) : type;
  return (value, format) => formatValue(box(value, inner), format);
}

/** C#'s composite formatting: `{0,-10:N2}`. */
export function formatComposite(format: string, values: readonly unknown[]): string {
  let result = '';
  const pieces = /\{\{|\}\}|\{\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?(?::((?:[^{}]|\{\{|\}\})*))?\}|[{}]|[^{}]+/g;
  for (const [text, index, width, specifier] of format.matchAll(pieces)) {
    if (text === '{{') result += '{';
    else if (text === '}}') result += '}';
    else if (text === '{' || text === '}')
      raise('FormatException', 'Input string was not in a correct format.');
    else if (index === undefined) result += text;
    else {
      if (Number(index) >= values.length) {
        raise(
          'FormatException',
          'Index (zero based) must be greater than or equal to zero and less than the size of the argument list.',
        );
      }
      result += pad(formatValue(values[Number(index)], specifier), Number(width ?? 0));
    }
  }
  spendLength(result.length);
  return result;
}

/** Fills with spaces: before the text for a positive width, after it for a negative one. */
export function pad(text: string, width: number): string {
  spendLength(Math.abs(width));
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

function formatBoxed({ type, value }: Boxed, format?: string): string {
  const { name, definition } = type;
  if (definition.kind === 'enum') return formatEnum(type, value as number, format);
  if (name === 'char') return String.fromCharCode(value as number);
  const kind: NumberKind = name === 'double' || name === 'float' ? name : 'integer';
  return formatNumber(value as NumberValue, kind, format, BITS[name] ?? 32);
}

function formatEnum({ definition }: CsType, value: number, format?: string): string {
  if (format === 'D' || format === 'd') return String(value);
  const names = Object.entries(definition.values ?? {});
  const exact = names.find(([, member]) => member === value);
  if (exact) return exact[0];
  if (!definition.flags) return String(value);
  const parts = names.filter(([, member]) => member !== 0 && (value & member) === member);
  const covered = parts.reduce((sum, [, member]) => sum | member, 0);
  return covered === value ? parts.map(([name]) => name).join(', ') : String(value);
}

function formatGuid({ text }: Guid, format = 'D'): string {
  switch (format.toUpperCase()) {
    case 'N':
      return text.replaceAll('-', '');
    case 'B':
      return `{${text}}`;
    case 'P':
      return `(${text})`;
    case 'D':
    case '':
      return text;
    default:
      raise(
        'FormatException',
        'Format string can be only "D", "d", "N", "n", "P", "p", "B", "b", "X" or "x".',
      );
  }
}

function isFormattable(value: unknown): value is Formattable {
  return typeof value === 'object' && value !== null && 'formatted' in value;
}
