import { raise } from './evaluation-error.ts';
import { fitOrRaise, isInteger, NUMERIC_TYPES, representationOf, wrapInteger } from './numeric.ts';
import { Decimal } from './values/decimal.ts';

/** An operation on two unboxed numbers of the same type. */
export type Operation = (left: never, right: never) => unknown;

type NumberOperation = (left: number, right: number) => unknown;
type LongOperation = (left: bigint, right: bigint) => unknown;
type DecimalOperation = (left: Decimal, right: Decimal) => unknown;

const COMPARISONS = ['<', '>', '<=', '>=', '==', '!='];

/**
 * Returns the type in which C# calculates with two numeric types; null where it refuses to (decimal with double, long
 * with ulong).
 */
export function promote(left: string, right: string): string | null {
  const either = (name: string): boolean => left === name || right === name;
  if (either('decimal')) return either('double') || either('float') ? null : 'decimal';
  if (either('double')) return 'double';
  if (either('float')) return 'float';
  const signed = (name: string): boolean => NUMERIC_TYPES[name]?.signed ?? false;
  if (either('ulong')) return signed(left) || signed(right) ? null : 'ulong';
  if (either('long')) return 'long';
  if (either('uint')) return signed(left) || signed(right) ? 'long' : 'uint';
  return 'int';
}

/** Returns whether an operator is a comparison, which gives a bool. */
export function isComparison(operator: string): boolean {
  return COMPARISONS.includes(operator);
}

/** C#'s operator on two numbers of a promoted type, or null where that type has none. */
export function arithmetic(operator: string, type: string, checked: boolean): Operation | null {
  switch (representationOf(type)) {
    case 'decimal':
      return DECIMAL_OPERATIONS[operator] ?? null;
    case 'bigint':
      return longOperation(operator, type, checked);
    case 'number':
      if (isInteger(type)) return integerOperation(operator, type, checked);
      return floatOperation(operator, type);
  }
}

/** C#'s shift of an int, uint, long or ulong by an int. */
export function shift(operator: string, type: string): (left: number | bigint, right: number) => unknown {
  const bits = NUMERIC_TYPES[type]?.bits ?? 32;
  if (bits === 64) {
    return operator === '<<'
      ? (left, right) => wrapInteger(BigInt(left) << BigInt(right & 63), type)
      : (left, right) => BigInt(left) >> BigInt(right & 63);
  }
  if (operator === '<<') return (left, right) => wrapInteger(Number(left) << (right & 31), type);
  return type === 'uint'
    ? (left, right) => Number(left) >>> (right & 31)
    : (left, right) => Number(left) >> (right & 31);
}

function integerOperation(operator: string, type: string, checked: boolean): NumberOperation | null {
  const least = type === 'int' ? -2147483648 : 0;
  const most = type === 'int' ? 2147483647 : 4294967295;
  const fit = checked
    ? (value: number): number => (value < least || value > most ? overflow() : value)
    : (value: number): number => wrapInteger(value, type) as number;
  switch (operator) {
    case '+':
      return (left, right) => fit(left + right);
    case '-':
      return (left, right) => fit(left - right);
    case '*':
      if (checked) return (left, right) => fitProduct(BigInt(left) * BigInt(right), type);
      return (left, right) => wrapInteger(Math.imul(left, right), type);
    case '/':
      return (left, right) => {
        if (right === 0) divideByZero();
        if (right === -1 && left === least) overflow();
        return wrapInteger(Math.trunc(left / right), type);
      };
    case '%':
      return (left, right) => (right === 0 ? divideByZero() : (left % right) + 0);
    case '&':
      return (left, right) => wrapInteger(left & right, type);
    case '|':
      return (left, right) => wrapInteger(left | right, type);
    case '^':
      return (left, right) => wrapInteger(left ^ right, type);
    default:
      return NUMBER_COMPARISONS[operator] ?? null;
  }
}

function longOperation(operator: string, type: string, checked: boolean): LongOperation | null {
  const fit = checked
    ? (value: bigint): unknown => fitProduct(value, type)
    : (value: bigint): unknown => wrapInteger(value, type);
  switch (operator) {
    case '+':
      return (left, right) => fit(left + right);
    case '-':
      return (left, right) => fit(left - right);
    case '*':
      return (left, right) => fit(left * right);
    case '/':
      return (left, right) => {
        if (right === 0n) divideByZero();
        const quotient = left / right;
        return wrapInteger(quotient, type) === quotient ? quotient : overflow();
      };
    case '%':
      return (left, right) => (right === 0n ? divideByZero() : left % right);
    case '&':
      return (left, right) => left & right;
    case '|':
      return (left, right) => left | right;
    case '^':
      return (left, right) => left ^ right;
    default:
      return (NUMBER_COMPARISONS[operator] as LongOperation | undefined) ?? null;
  }
}

function floatOperation(operator: string, type: string): NumberOperation | null {
  const round = type === 'float' ? Math.fround : (value: number): number => value;
  switch (operator) {
    case '+':
      return (left, right) => round(left + right);
    case '-':
      return (left, right) => round(left - right);
    case '*':
      return (left, right) => round(left * right);
    case '/':
      return (left, right) => round(left / right);
    case '%':
      return (left, right) => round(left % right);
    default:
      return NUMBER_COMPARISONS[operator] ?? null;
  }
}

// These work for bigint too: JavaScript compares both alike.
const NUMBER_COMPARISONS: Readonly<Record<string, NumberOperation>> = {
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
};

const DECIMAL_OPERATIONS: Readonly<Record<string, DecimalOperation>> = {
  '+': (left, right) => left.add(right),
  '-': (left, right) => left.subtract(right),
  '*': (left, right) => left.multiply(right),
  '/': (left, right) => left.divide(right),
  '%': (left, right) => left.remainder(right),
  '<': (left, right) => left.compareTo(right) < 0,
  '>': (left, right) => left.compareTo(right) > 0,
  '<=': (left, right) => left.compareTo(right) <= 0,
  '>=': (left, right) => left.compareTo(right) >= 0,
  '==': (left, right) => left.compareTo(right) === 0,
  '!=': (left, right) => left.compareTo(right) !== 0,
};

function fitProduct(value: bigint, type: string): number | bigint {
  return wrapInteger(value, type) === (representationOf(type) === 'bigint' ? value : Number(value))
    ? fitOrRaise(value, type)
    : overflow();
}

function overflow(): never {
  raise('OverflowException', 'Arithmetic operation resulted in an overflow.');
}

function divideByZero(): never {
  raise('DivideByZeroException', 'Attempted to divide by zero.');
}
