import { compareNumbers } from '../compare.ts';
import { defaultOf } from '../default-value.ts';
import { formatterOf } from '../format.ts';
import { isInteger, rangeOf, representationOf } from '../numeric.ts';
import { parseNumber, tryParseNumber } from '../text/parse-number.ts';
import { getType, type TypeDeclaration, type Members } from '../types.ts';
import { valuesEqual } from '../values/equality.ts';
import { Decimal } from '../values/decimal.ts';
import type { Out } from '../invoke.ts';

const CLR_NAMES: Readonly<Record<string, string>> = {
  sbyte: 'SByte',
  byte: 'Byte',
  short: 'Int16',
  ushort: 'UInt16',
  int: 'Int32',
  uint: 'UInt32',
  long: 'Int64',
  ulong: 'UInt64',
  float: 'Single',
  double: 'Double',
  decimal: 'Decimal',
};

const LARGEST_DECIMAL = 79228162514264337593543950335n;
const DECIMAL: Members = {
  'const decimal MaxValue': () => new Decimal(LARGEST_DECIMAL),
  'const decimal MinValue': () => new Decimal(-LARGEST_DECIMAL),
  'const decimal Zero': () => new Decimal(0n),
  'const decimal One': () => new Decimal(1n),
  'const decimal MinusOne': () => new Decimal(-1n),
  'static decimal Round(decimal value)': (value: Decimal) => value.round(0),
  'static decimal Round(decimal value, int places)': (value: Decimal, places: number) => value.round(places),
  'static decimal Truncate(decimal value)': (value: Decimal) => new Decimal(value.truncated()),
};

/** The numeric types of C#. */
export const NUMBER_DECLARATIONS: readonly TypeDeclaration[] = Object.entries(CLR_NAMES).map(
  ([name, clrName]) => ({
    name,
    namespace: 'System',
    clrName,
    kind: 'struct',
    interfaces: ['IComparable'],
    members: {
      ...shared(name),
      ...(isInteger(name) ? bounds(name) : name === 'decimal' ? DECIMAL : floating(name)),
    },
  }),
);

function shared(name: string): Members {
  return {
    [`static ${name} Parse(string text)`]: (text: string) => parseNumber(text, name),
    [`static bool TryParse(string? text, out ${name} result)`]: (text: string | null, out: Out) => {
      const value = tryParseNumber(text, name);
      out.value = value ?? defaultOf(getType(name));
      return value !== null;
    },
    'string ToString(string? format)': (self: unknown, format: string | null) =>
      formatterOf(getType(name))(self, format ?? ''),
    [`bool Equals(${name} other)`]: valuesEqual,
    [`int CompareTo(${name} other)`]: compareNumbers,
  };
}

function bounds(name: string): Members {
  const [least, most] = rangeOf(name);
  const convert = (value: bigint): unknown => (representationOf(name) === 'bigint' ? value : Number(value));
  return {
    [`const ${name} MinValue`]: () => convert(least),
    [`const ${name} MaxValue`]: () => convert(most),
  };
}

function floating(name: string): Members {
  const largest = name === 'float' ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const constants: Readonly<Record<string, number>> = {
    MinValue: -largest,
    MaxValue: largest,
    Epsilon: name === 'float' ? 1.401298464324817e-45 : Number.MIN_VALUE,
    NaN,
    PositiveInfinity: Infinity,
    NegativeInfinity: -Infinity,
  };
  return {
    ...Object.fromEntries(
      Object.entries(constants).map(([constant, value]) => [`const ${name} ${constant}`, () => value]),
    ),
    [`static bool IsNaN(${name} value)`]: (value: number) => Number.isNaN(value),
    [`static bool IsInfinity(${name} value)`]: (value: number) => Math.abs(value) === Infinity,
    [`static bool IsPositiveInfinity(${name} value)`]: (value: number) => value === Infinity,
    [`static bool IsNegativeInfinity(${name} value)`]: (value: number) => value === -Infinity,
  };
}
