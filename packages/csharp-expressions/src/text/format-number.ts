import { raise } from '../evaluation-error.ts';
import { dropDigits, exactDigits } from './exact-digits.ts';
import { formatCustomNumber } from './format-custom-number.ts';
import { fixed, grouped, type NumberValue, timesHundred } from './number-digits.ts';

/** The distinction that formats make between numeric types. */
export type NumberKind = 'integer' | 'double' | 'float' | 'decimal';

/**
 * Formats a number as C#'s `ToString(format)` does with the invariant culture.
 * @param bits the size of an integer, for negative numbers in hexadecimal.
 */
export function formatNumber(value: NumberValue, kind: NumberKind, format = '', bits = 32): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
  const standard = /^([A-Za-z])(\d{0,9})$/.exec(format);
  if (format === '') return shortest(value, kind);
  if (!standard) return formatCustomNumber(value, format);
  const [, letter = '', digits = ''] = standard;
  const precision = digits === '' ? undefined : Number(digits);
  if (precision !== undefined && precision > 99) raise('FormatException', 'The precision is too big.');
  const lower = letter === letter.toLowerCase();
  switch (letter.toUpperCase()) {
    case 'D':
      if (kind !== 'integer') return invalidFormat();
      return padInteger(value.toString(), precision ?? 0);
    case 'X':
      if (kind !== 'integer') return invalidFormat();
      return hexadecimal(value, precision ?? 0, lower, bits);
    case 'F':
      return fixed(value, precision ?? 2);
    case 'N':
      return grouped(fixed(value, precision ?? 2));
    case 'C':
      return currency(value, precision ?? 2);
    case 'P':
      return `${grouped(fixed(timesHundred(value), precision ?? 2))} %`;
    case 'E':
      return exponential(value, precision ?? 6, lower ? 'e' : 'E', 3);
    case 'G':
      if (precision === undefined || precision === 0) return lowered(shortest(value, kind), lower);
      return lowered(general(value, precision), lower);
    case 'R':
      if (kind === 'decimal') return invalidFormat();
      return shortest(value, kind);
    default:
      return invalidFormat();
  }
}

function shortest(value: NumberValue, kind: NumberKind): string {
  if (typeof value !== 'number' || kind === 'integer') return value.toString();
  const [mantissa = '', exponent = '0'] = shortestDigits(value, kind).split('e');
  const power = Number(exponent);
  if (power >= (kind === 'float' ? 9 : 17) || power < -4) {
    return `${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return plain(mantissa, power);
}

function shortestDigits(value: number, kind: NumberKind): string {
  if (Object.is(value, -0)) return '-0e0';
  if (kind === 'double') return value.toExponential();
  for (let precision = 1; precision < 9; precision += 1) {
    const text = value.toExponential(precision - 1);
    if (Math.fround(Number(text)) === value) return trimExponential(text);
  }
  return trimExponential(value.toExponential(8));
}

function trimExponential(text: string): string {
  return text.replace(/(\.\d*?)0+e/, '$1e').replace('.e', 'e');
}

function plain(mantissa: string, power: number): string {
  const negative = mantissa.startsWith('-');
  const digits = mantissa.replace(/[-.]/g, '');
  const point = power + 1;
  const text =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : digits.length <= point
        ? digits.padEnd(point, '0')
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${text}` : text;
}

function general(value: NumberValue, precision: number): string {
  const [mantissa = '', exponent = '0'] = exponentialParts(value, Math.min(precision, 100) - 1);
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  const power = Number(exponent);
  if (power >= precision || power < -4) {
    return `${trimmed}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return plain(trimmed, power);
}

function exponential(value: NumberValue, precision: number, letter: string, width: number): string {
  const [mantissa = '', exponent = '0'] = exponentialParts(value, precision);
  const power = Number(exponent);
  return `${mantissa}${letter}${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(width, '0')}`;
}

function exponentialParts(value: NumberValue, precision: number): string[] {
  if (typeof value === 'number') return exactExponential(value, precision);
  const text = value.toString();
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return [(0).toFixed(precision), '0'];
  let power = digits.length - fraction.length - 1;
  let kept = digits.slice(0, precision + 1).padEnd(precision + 1, '0');
  if (Number(digits[precision + 1] ?? '0') >= 5) {
    kept = (BigInt(kept) + 1n).toString();
    if (kept.length > precision + 1) {
      kept = kept.slice(0, -1);
      power += 1;
    }
  }
  const mantissa = precision === 0 ? kept : `${kept.slice(0, 1)}.${kept.slice(1)}`;
  return [negative ? `-${mantissa}` : mantissa, String(power)];
}

function exactExponential(value: number, precision: number): string[] {
  const { digits, scale } = exactDigits(value);
  if (digits === 0n) return [(0).toFixed(precision), '0'];
  const length = digits.toString().length;
  const rounded = dropDigits(digits, length - precision - 1).toString();
  const power = length - scale - 1 + (rounded.length - precision - 1);
  const kept = rounded.slice(0, precision + 1);
  const mantissa = precision === 0 ? kept : `${kept.slice(0, 1)}.${kept.slice(1)}`;
  return [value < 0 ? `-${mantissa}` : mantissa, String(power)];
}

function padInteger(text: string, width: number): string {
  const negative = text.startsWith('-');
  return (negative ? '-' : '') + text.replace('-', '').padStart(width, '0');
}

function hexadecimal(value: NumberValue, width: number, lower: boolean, bits: number): string {
  const text = BigInt.asUintN(bits, BigInt(value.toString())).toString(16).padStart(width, '0');
  return lower ? text : text.toUpperCase();
}

function currency(value: NumberValue, places: number): string {
  const text = grouped(fixed(value, places));
  return text.startsWith('-') ? `(¤${text.slice(1)})` : `¤${text}`;
}

function lowered(text: string, lower: boolean): string {
  return lower ? text.replace('E', 'e') : text;
}

function invalidFormat(): never {
  raise('FormatException', 'Format specifier was invalid.');
}
