import { compareNumbers } from '../compare.ts';
import { raise } from '../evaluation-error.ts';
import { NUMBER_TYPES, rangeOf, representationOf } from '../numeric.ts';
import type { TypeDeclaration, Members } from '../types.ts';
import { Decimal } from '../values/decimal.ts';

const AWAY_FROM_ZERO = 1;
const SIGNED = ['sbyte', 'short', 'int', 'long'];

/** Rounds a double; halves go to the even neighbour, or away from zero. */
function round(value: number, places: number, mode: number): number {
  if (places < 0 || places > 15)
    raise(
      'ArgumentOutOfRangeException',
      "Rounding digits must be between 0 and 15, inclusive. (Parameter 'digits')",
    );
  if (Math.abs(value) >= 1e16) return value;
  const power = 10 ** places;
  return roundWhole(value * power, mode) / power;
}

function roundWhole(value: number, mode: number): number {
  const whole = Math.trunc(value);
  const rest = Math.abs(value - whole);
  const away = whole + Math.sign(value);
  if (mode === 2) return whole;
  if (mode === 3) return Math.floor(value);
  if (mode === 4) return Math.ceil(value);
  if (rest !== 0.5) return rest > 0.5 ? away : whole;
  return mode === AWAY_FROM_ZERO || whole % 2 !== 0 ? away : whole;
}

function whole(value: Decimal, upward: boolean): Decimal {
  const truncated = new Decimal(value.truncated());
  const order = value.compareTo(truncated);
  if (order === 0 || order > 0 !== upward) return truncated;
  return truncated.add(new Decimal(upward ? 1n : -1n));
}

function perType(type: string): Members {
  const smaller = (left: unknown, right: unknown): boolean => compareNumbers(left, right) < 0;
  const isNaN = (value: unknown): boolean => typeof value === 'number' && Number.isNaN(value);
  return {
    [`static ${type} Max(${type} left, ${type} right)`]: (left: unknown, right: unknown) =>
      isNaN(left) || (!isNaN(right) && smaller(right, left)) ? left : right,
    [`static ${type} Min(${type} left, ${type} right)`]: (left: unknown, right: unknown) =>
      isNaN(left) || smaller(left, right) ? left : right,
    [`static ${type} Clamp(${type} value, ${type} min, ${type} max)`]: (
      value: unknown,
      min: unknown,
      max: unknown,
    ) =>
      smaller(max, min)
        ? raise('ArgumentException', 'The minimum cannot be greater than the maximum.')
        : smaller(value, min)
          ? min
          : smaller(max, value)
            ? max
            : value,
  };
}

function absolute(type: string): Members {
  return {
    [`static ${type} Abs(${type} value)`]: (value: number | bigint) => {
      if (BigInt(value) === rangeOf(type)[0])
        raise('OverflowException', 'Negating the minimum value of a twos complement number is invalid.');
      return value < 0 ? -value : value;
    },
    [`static int Sign(${type} value)`]: (value: number | bigint) =>
      representationOf(type) === 'bigint'
        ? Number(value > 0n) - Number(value < 0n)
        : Math.sign(Number(value)),
  };
}

const FUNCTIONS = [
  'sqrt',
  'cbrt',
  'exp',
  'log10',
  'log2',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'floor',
  'trunc',
] as const;

function named(name: (typeof FUNCTIONS)[number]): Members {
  const method = name === 'trunc' ? 'Truncate' : name.charAt(0).toUpperCase() + name.slice(1);
  return { [`static double ${method}(double value)`]: (value: number) => Math[name](value) };
}

/** System.Math. */
export const MATH_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'MidpointRounding',
    namespace: 'System',
    kind: 'enum',
    values: { ToEven: 0, AwayFromZero: 1, ToZero: 2, ToNegativeInfinity: 3, ToPositiveInfinity: 4 },
  },
  {
    name: 'Math',
    namespace: 'System',
    kind: 'static',
    members: {
      'const double PI': () => Math.PI,
      'const double E': () => Math.E,
      ...(Object.assign(
        {},
        ...NUMBER_TYPES.map(perType),
        ...SIGNED.map(absolute),
        ...FUNCTIONS.map(named),
      ) as Members),
      'static double Abs(double value)': (value: number) => Math.abs(value),
      'static decimal Abs(decimal value)': (value: Decimal) =>
        value.mantissa < 0n ? value.negated() : value,
      'static int Sign(double value)': (value: number) =>
        Number.isNaN(value)
          ? raise('ArithmeticException', 'Function does not accept floating point Not-a-Number values.')
          : Math.sign(value),
      'static double Ceiling(double value)': (value: number) => Math.ceil(value),
      'static decimal Ceiling(decimal value)': (value: Decimal) => whole(value, true),
      'static decimal Floor(decimal value)': (value: Decimal) => whole(value, false),
      'static decimal Truncate(decimal value)': (value: Decimal) => new Decimal(value.truncated()),
      'static double Pow(double value, double power)': (value: number, power: number) => value ** power,
      'static double Log(double value)': (value: number) => Math.log(value),
      'static double Log(double value, double radix)': (value: number, radix: number) =>
        Math.log(value) / Math.log(radix),
      'static double Atan2(double y, double x)': (y: number, x: number) => Math.atan2(y, x),
      'static double Round(double value)': (value: number) => round(value, 0, 0),
      'static double Round(double value, int places)': (value: number, places: number) =>
        round(value, places, 0),
      'static double Round(double value, MidpointRounding mode)': (value: number, mode: number) =>
        round(value, 0, mode),
      'static double Round(double value, int places, MidpointRounding mode)': round,
      'static decimal Round(decimal value)': (value: Decimal) => value.round(0),
      'static decimal Round(decimal value, int places)': (value: Decimal, places: number) =>
        value.round(places),
      'static decimal Round(decimal value, MidpointRounding mode)': (value: Decimal, mode: number) =>
        value.round(0, mode === AWAY_FROM_ZERO),
      'static decimal Round(decimal value, int places, MidpointRounding mode)': (
        value: Decimal,
        places: number,
        mode: number,
      ) => value.round(places, mode === AWAY_FROM_ZERO),
    },
  },
];
