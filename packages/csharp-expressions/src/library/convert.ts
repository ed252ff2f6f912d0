import { raise } from '../evaluation-error.ts';
import { formatterOf } from '../format.ts';
import { fitOrRaise, isInteger, isNumeric, numericConversion } from '../numeric.ts';
import { parseNumber } from '../text/parse-number.ts';
import { readDate, toDateTime } from '../text/parse-date.ts';
import { getType, type TypeDeclaration, type Members } from '../types.ts';
import { typeOfValue, unbox } from '../values/boxed.ts';
import { DateTime } from '../values/date-time.ts';
import { Decimal } from '../values/decimal.ts';
import { decodeBase64 } from '../text/base64.ts';

const TARGETS: Readonly<Record<string, string>> = {
  ToSByte: 'sbyte',
  ToByte: 'byte',
  ToInt16: 'short',
  ToUInt16: 'ushort',
  ToInt32: 'int',
  ToUInt32: 'uint',
  ToInt64: 'long',
  ToUInt64: 'ulong',
  ToSingle: 'float',
  ToDouble: 'double',
  ToDecimal: 'decimal',
};
const SOURCES = [
  'sbyte',
  'byte',
  'short',
  'ushort',
  'char',
  'int',
  'uint',
  'long',
  'ulong',
  'float',
  'double',
  'decimal',
];

/** A number as another type, as Convert does: halves go to the even neighbour, overflow is an exception. */
function convertNumber(value: unknown, from: string, to: string): unknown {
  if (isInteger(to) && (from === 'float' || from === 'double')) {
    const number = value as number;
    if (!Number.isFinite(number))
      raise('OverflowException', 'Value was either too large or too small for an integer.');
    const floor = Math.floor(number);
    const rest = number - floor;
    const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
    return fitOrRaise(BigInt(rounded), to);
  }
  if (isInteger(to) && from === 'decimal') return fitOrRaise((value as Decimal).round(0).truncated(), to);
  return numericConversion(from, to, true)(value);
}

function fromObject(value: unknown, to: string): unknown {
  if (value === null) return numericConversion('int', to)(0);
  const bare = unbox(value);
  const { name } = typeOfValue(value);
  if (typeof bare === 'string') return parseNumber(bare, to);
  if (typeof bare === 'boolean') return numericConversion('int', to)(Number(bare));
  if (isNumeric(name)) return convertNumber(bare, name, to);
  raise('InvalidCastException', `Unable to cast object of type '${name}' to type 'System.IConvertible'.`);
}

function toNumber([method, to]: [string, string]): Members {
  return {
    ...Object.fromEntries(
      SOURCES.map((from) => [
        `static ${to} ${method}(${from} value)`,
        (value: unknown) => convertNumber(value, from, to),
      ]),
    ),
    [`static ${to} ${method}(bool value)`]: (value: boolean) => numericConversion('int', to)(Number(value)),
    [`static ${to} ${method}(string? value)`]: (value: string | null) =>
      value === null ? numericConversion('int', to)(0) : parseNumber(value, to),
    [`static ${to} ${method}(object? value)`]: (value: unknown) => fromObject(value, to),
    ...(isInteger(to) && {
      [`static ${to} ${method}(string? value, int radix)`]: (value: string | null, radix: number) =>
        inRadix(value ?? '0', radix, to),
    }),
  };
}

const RADIXES: Readonly<Record<number, readonly [RegExp, string]>> = {
  2: [/^[01]+$/, '0b'],
  8: [/^[0-7]+$/, '0o'],
  16: [/^[0-9a-f]+$/i, '0x'],
};

function inRadix(text: string, radix: number, to: string): unknown {
  if (radix === 10) return parseNumber(text, to);
  const digits = radix === 16 ? text.replace(/^0x/i, '') : text;
  const [pattern, prefix] = RADIXES[radix] ?? raise('ArgumentException', 'Invalid Base.');
  if (!pattern.test(digits)) raise('FormatException', 'Could not find any recognizable digits.');
  const value = BigInt(prefix + digits);
  const bits = to.endsWith('long') ? 64 : 32;
  if (BigInt.asUintN(bits, value) !== value)
    raise('OverflowException', 'Value was either too large or too small for a UInt32.');
  return numericConversion('ulong', to)(value);
}

function toRadix(value: number | bigint, radix: number, bits: number): string {
  return BigInt.asUintN(bits, BigInt(value)).toString(radix);
}

function toBoolean(value: unknown): boolean {
  const bare = unbox(value);
  if (bare === null) return false;
  if (typeof bare === 'boolean') return bare;
  if (typeof bare === 'string') {
    const word = bare.trim().toLowerCase();
    return (
      word === 'true' ||
      (word !== 'false' &&
        raise('FormatException', `String '${bare}' was not recognized as a valid Boolean.`))
    );
  }
  return bare instanceof Decimal ? bare.mantissa !== 0n : Number(bare) !== 0;
}

const texts = Object.fromEntries(
  [...SOURCES, 'bool', 'DateTime'].map((from) => [
    `static string ToString(${from} value)`,
    (value: unknown) => formatterOf(getType(from))(value),
  ]),
);

/** System.Convert. */
export const CONVERT_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'Convert',
    namespace: 'System',
    kind: 'static',
    members: {
      ...Object.fromEntries(Object.entries(TARGETS).flatMap((target) => Object.entries(toNumber(target)))),
      'static bool ToBoolean(bool value)': toBoolean,
      'static bool ToBoolean(int value)': toBoolean,
      'static bool ToBoolean(long value)': toBoolean,
      'static bool ToBoolean(double value)': toBoolean,
      'static bool ToBoolean(string? value)': toBoolean,
      'static bool ToBoolean(object? value)': toBoolean,
      'static char ToChar(int value)': (value: number) => fitOrRaise(BigInt(value), 'char'),
      'static char ToChar(string value)': (value: string) =>
        value.length === 1
          ? value.charCodeAt(0)
          : raise('FormatException', 'String must be exactly one character long.'),
      'static DateTime ToDateTime(string? value)': (value: string | null) => {
        const written = value === null ? null : readDate(value);
        if (value !== null && !written)
          raise('FormatException', `String '${value}' was not recognized as a valid DateTime.`);
        return written ? toDateTime(written) : new DateTime(0n);
      },
      ...texts,
      'static string ToString(string? value)': (value: string | null) => value,
      'static string ToString(object? value)': (value: unknown) => formatterOf(getType('object'))(value),
      'static string ToString(int value, int radix)': (value: number, radix: number) =>
        toRadix(value, radix, 32),
      'static string ToString(long value, int radix)': (value: bigint, radix: number) =>
        toRadix(value, radix, 64),
      'static byte[] FromBase64String(string text)': decodeBase64,
      'static string ToBase64String(byte[] bytes)': (bytes: Uint8Array) =>
        Buffer.from(bytes).toString('base64'),
      'static byte[] FromHexString(string text)': (text: string) =>
        /^([0-9a-f]{2})*$/i.test(text)
          ? Uint8Array.from(Buffer.from(text, 'hex'))
          : raise('FormatException', 'The input is not a valid hex string.'),
      'static string ToHexString(byte[] bytes)': (bytes: Uint8Array) =>
        Buffer.from(bytes).toString('hex').toUpperCase(),
    },
  },
];
