import { raise } from './evaluation-error.ts';
import { Decimal } from './values/decimal.ts';

/** The JavaScript type of a numeric type's values: integers up to 32 bits, char, double and float are numbers. */
export type Representation = 'number' | 'bigint' | 'decimal';

interface NumericType {
  readonly representation: Representation;
  /** Size of an integer; 0 for double, float and decimal. */
  readonly bits: number;
  readonly signed: boolean;
  /** The types that it converts to without a cast. */
  readonly widens: readonly string[];
}

const integer = (bits: number, signed: boolean, widens: string): NumericType => ({
  representation: bits > 32 ? 'bigint' : 'number',
  bits,
  signed,
  widens: widens.split(' '),
});

/** Source: C# specification, implicit numeric conversions. */
export const NUMERIC_TYPES: Readonly<Record<string, NumericType>> = {
  sbyte: integer(8, true, 'short int long float double decimal'),
  byte: integer(8, false, 'short ushort int uint long ulong float double decimal'),
  short: integer(16, true, 'int long float double decimal'),
  ushort: integer(16, false, 'int uint long ulong float double decimal'),
  char: integer(16, false, 'ushort int uint long ulong float double decimal'),
  int: integer(32, true, 'long float double decimal'),
  uint: integer(32, false, 'long ulong float double decimal'),
  long: integer(64, true, 'float double decimal'),
  ulong: integer(64, false, 'float double decimal'),
  float: { representation: 'number', bits: 0, signed: true, widens: ['double'] },
  double: { representation: 'number', bits: 0, signed: true, widens: [] },
  decimal: { representation: 'decimal', bits: 0, signed: true, widens: [] },
};

/** The names of C#'s number types. */
export const NUMBER_TYPES: readonly string[] = Object.keys(NUMERIC_TYPES).filter((name) => name !== 'char');

/** Returns whether a type counts as a number in C#; char does. */
export function isNumeric(name: string): boolean {
  return name in NUMERIC_TYPES;
}

/** Returns whether a type is an integer, or char. */
export function isInteger(name: string): boolean {
  return (NUMERIC_TYPES[name]?.bits ?? 0) > 0;
}

/** Returns the smallest and largest value of an integer type. */
export function rangeOf(name: string): readonly [bigint, bigint] {
  const { bits, signed } = numericType(name);
  return signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** BigInt(bits) - 1n];
}

/** Converts between numeric types as a cast does: wrapping, or with an OverflowException when checked. */
export function numericConversion(from: string, to: string, checked = false): (value: unknown) => unknown {
  if (from === to) return (value) => value;
  if (to === 'decimal')
    return from === 'float' || from === 'double'
      ? (value) => Decimal.fromDouble(value as number)
      : (value) => new Decimal(BigInt(value as number | bigint));
  if (to === 'double' || to === 'float') {
    const round = to === 'float' ? Math.fround : (value: number): number => value;
    return (value) => round(value instanceof Decimal ? value.toNumber() : Number(value));
  }
  if (from === 'decimal') return (value) => fitOrRaise((value as Decimal).truncated(), to);
  if (from === 'double' || from === 'float')
    return checked
      ? (value) => checkedFromDouble(value as number, to)
      : (value) => saturated(value as number, to);
  if (checked) return (value) => fitOrRaise(BigInt(value as number | bigint), to);
  if (NUMERIC_TYPES[from]?.widens.includes(to) && representationOf(from) === representationOf(to))
    return (value) => value;
  return (value) => wrapInteger(value as number | bigint, to);
}

/** Returns an integer cut to a type's bits. */
export function wrapInteger(value: number | bigint, to: string): number | bigint {
  const { bits, signed, representation } = numericType(to);
  if (typeof value === 'number' && representation === 'number') {
    if (bits === 32) return signed ? value | 0 : value >>> 0;
    const shift = 32 - bits;
    return signed ? (value << shift) >> shift : (value << shift) >>> shift;
  }
  const wide = BigInt(value);
  const cut = signed ? BigInt.asIntN(bits, wide) : BigInt.asUintN(bits, wide);
  return representation === 'bigint' ? cut : Number(cut);
}

/** Returns an integer in the representation of its type. @throws OverflowException where it doesn't fit. */
export function fitOrRaise(value: bigint, to: string): number | bigint {
  const [least, most] = rangeOf(to);
  if (value < least || value > most) raise('OverflowException', overflowMessage(to));
  return representationOf(to) === 'bigint' ? value : Number(value);
}

/** Returns the JavaScript type of a numeric type's values. */
export function representationOf(name: string): Representation {
  return numericType(name).representation;
}

function overflowMessage(to: string): string {
  const names: Readonly<Record<string, string>> = {
    int: 'an Int32',
    long: 'an Int64',
    uint: 'a UInt32',
    ulong: 'a UInt64',
    short: 'an Int16',
    ushort: 'a UInt16',
    byte: 'an unsigned byte',
    sbyte: 'a signed byte',
    char: 'a character',
  };
  return `Value was either too large or too small for ${names[to] ?? to}.`;
}

function numericType(name: string): NumericType {
  const type = NUMERIC_TYPES[name];
  if (!type) throw new Error(`${name} is not a numeric type.`);
  return type;
}

function checkedFromDouble(value: number, to: string): number | bigint {
  if (!Number.isFinite(value)) raise('OverflowException', 'Arithmetic operation resulted in an overflow.');
  return fitOrRaise(BigInt(Math.trunc(value)), to);
}

// Since .NET 9 a double that doesn't fit becomes the nearest bound; small integers go through int.
function saturated(value: number, to: string): number | bigint {
  if (Number.isNaN(value)) return representationOf(to) === 'bigint' ? 0n : 0;
  const through = numericType(to).bits < 32 ? 'int' : to;
  const [least, most] = rangeOf(through);
  const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : value > 0 ? most : least;
  return wrapInteger(whole < least ? least : whole > most ? most : whole, to);
}
