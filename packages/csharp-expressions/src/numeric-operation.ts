import { type Operation, arithmetic, isComparison, promote, shift } from './arithmetic.ts';
import { convertImplicitly } from './bind-conversion.ts';
import { valueOf } from './binder.ts';
import type { Evaluate, Value } from './bound.ts';
import { isInteger, isNumeric, numericConversion } from './numeric.ts';
import type { Syntax } from './syntax.ts';
import { type CsType, getType, isNullable, nullableOf, withoutNullable } from './types.ts';

/** C#'s operators on numbers and enums; null where they aren't meant. */
export function numeric(
  operator: string,
  left: Value,
  right: Value,
  syntax: Syntax,
  checked: boolean | null,
): Value | null {
  const [first, second] = [withoutNullable(left.type), withoutNullable(right.type)];
  const lifted = isNullable(left.type) || isNullable(right.type);
  const comparable = first === second && first.definition.kind === 'enum';
  if (comparable) return enumeration(operator, left, right, syntax, lifted);
  if (!isNumeric(first.name) || !isNumeric(second.name)) return null;
  if (operator === '<<' || operator === '>>') {
    const target = promote(first.name, 'int') ?? first.name;
    const shifted = promote(first.name, first.name) ?? target;
    if (!isInteger(shifted) || second.name !== 'int') return null;
    return combine(
      syntax,
      getType(shifted),
      converted(left, first.name, shifted),
      right.evaluate,
      shift(operator, shifted),
      lifted,
    );
  }
  const type = promotedType(left, right, first.name, second.name);
  if (!type) return null;
  const constant = left.constant !== undefined && right.constant !== undefined;
  const operation = arithmetic(operator, type, checked ?? constant);
  if (!operation) return null;
  const [one, other] = [converted(left, first.name, type), converted(right, second.name, type)];
  if (!isComparison(operator)) return combine(syntax, getType(type), one, other, operation, lifted);
  return compareLifted(operator, one, other, operation, syntax, lifted);
}

// A constant that is not negative becomes unsigned where it meets an unsigned number.
function promotedType(left: Value, right: Value, first: string, second: string): string | null {
  for (const unsigned of ['ulong', 'uint']) {
    const other = first === unsigned ? right : second === unsigned ? left : null;
    if (other?.constant && convertImplicitly(other, getType(unsigned))) return unsigned;
  }
  return promote(first, second);
}

function enumeration(
  operator: string,
  left: Value,
  right: Value,
  syntax: Syntax,
  lifted: boolean,
): Value | null {
  const operation = arithmetic(operator, 'int', false);
  if (!operation) return null;
  if (isComparison(operator))
    return compareLifted(operator, left.evaluate, right.evaluate, operation, syntax, lifted);
  const isFlag = ['&', '|', '^'].includes(operator);
  const type = isFlag ? withoutNullable(left.type) : operator === '-' ? getType('int') : null;
  return type && combine(syntax, type, left.evaluate, right.evaluate, operation, lifted);
}

function converted({ evaluate, type }: Value, from: string, to: string): Evaluate {
  if (from === to) return evaluate;
  const convert = numericConversion(from, to);
  if (!isNullable(type)) return (frame) => convert(evaluate(frame));
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : convert(value);
  };
}

/** Applies an operation to both sides; with a null on either side, a lifted one gives null. */
export function combine(
  syntax: Syntax,
  type: CsType,
  left: Evaluate,
  right: Evaluate,
  operation: Operation,
  lifted: boolean,
): Value {
  const calculate = operation as (first: unknown, second: unknown) => unknown;
  if (!lifted) return valueOf(syntax, type, (frame) => calculate(left(frame), right(frame)));
  return valueOf(syntax, nullableOf(type), (frame) => {
    const first = left(frame);
    const second = right(frame);
    return first === null || second === null ? null : calculate(first, second);
  });
}

/** Compares both sides; null equals only null and is neither less nor more than anything. */
export function compareLifted(
  operator: string,
  left: Evaluate,
  right: Evaluate,
  operation: Operation,
  syntax: Syntax,
  lifted: boolean,
): Value {
  const calculate = operation as (first: unknown, second: unknown) => unknown;
  const bool = getType('bool');
  if (!lifted) return valueOf(syntax, bool, (frame) => calculate(left(frame), right(frame)));
  return valueOf(syntax, bool, (frame) => {
    const first = left(frame);
    const second = right(frame);
    if (first !== null && second !== null) return calculate(first, second);
    if (operator === '==') return first === second;
    return operator === '!=' && first !== second;
  });
}
