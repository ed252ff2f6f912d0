import { arithmetic, isComparison, type Operation, promote, shift } from './arithmetic.ts';
import { compareTargets, convertImplicitly } from './bind-conversion.ts';
import { constantOf, valueOf } from './binder.ts';
import type { Evaluate, Frame, Value } from './bound.ts';
import { spendLength, withBudget } from './budget.ts';
import { isSubtype } from './conversions.ts';
import { ExpressionEvaluationError } from './evaluation-error.ts';
import { formatterOf } from './format.ts';
import { findMembers } from './members.ts';
import { groupOf } from './method-group.ts';
import { isInteger, isNumeric, numericConversion } from './numeric.ts';
import { findCall } from './overloads.ts';
import { refuse, type Syntax } from './syntax.ts';
import { type CsType, getType, isNullable, isReferenceType, nullableOf, withoutNullable } from './types.ts';

/** C#'s meaning of `left operator right`; `&&`, `||` and `??` are not among these. */
export function binaryOperation(
  operator: string,
  left: Value,
  right: Value,
  syntax: Syntax,
  checked: boolean | null,
): Value {
  const operation =
    concatenation(operator, left, right, syntax) ??
    numeric(operator, left, right, syntax, checked) ??
    logical(operator, left, right, syntax) ??
    userDefined(operator, left, right, syntax) ??
    equality(operator, left, right, syntax);
  if (operation) return folded(operation, left, right);
  return refuse(syntax, `C# has no ${operator} for ${left.type.name} and ${right.type.name}.`);
}

/** Works out a constant at load; a mistake in it is refused then, as by C#'s compiler. */
export function folded(value: Value, ...operands: readonly Value[]): Value {
  if (!operands.every(({ constant }) => constant)) return value;
  try {
    return constantOf(
      value.syntax,
      value.type,
      withBudget(() => value.evaluate(NO_FRAME)),
    );
  } catch (error) {
    if (error instanceof ExpressionEvaluationError) return refuse(value.syntax, error.message);
    throw error;
  }
}

// Constants read neither variables nor the context.
const NO_FRAME = { slots: [], parent: null } as unknown as Frame;

function concatenation(operator: string, left: Value, right: Value, syntax: Syntax): Value | null {
  const string = getType('string');
  if (operator !== '+' || (left.type !== string && right.type !== string)) return null;
  const first = textOf(left);
  const second = textOf(right);
  return valueOf(syntax, string, (frame) => {
    const text = first(frame) + second(frame);
    spendLength(text.length);
    return text;
  });
}

function textOf({ type, evaluate }: Value): (frame: Frame) => string {
  if (type.name === 'string' || type.name === 'null')
    return (frame) => (evaluate(frame) as string | null) ?? '';
  const format = formatterOf(type);
  return (frame) => format(evaluate(frame));
}

function numeric(
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

function combine(
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

function compareLifted(
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

function logical(operator: string, left: Value, right: Value, syntax: Syntax): Value | null {
  const bool = getType('bool');
  if (left.type !== bool || right.type !== bool) return null;
  const operations: Readonly<Record<string, (first: boolean, second: boolean) => boolean>> = {
    '&': (first, second) => first && second,
    '|': (first, second) => first || second,
    '^': (first, second) => first !== second,
  };
  const operation = operations[operator];
  return operation ? combine(syntax, bool, left.evaluate, right.evaluate, operation, false) : null;
}

function userDefined(operator: string, left: Value, right: Value, syntax: Syntax): Value | null {
  const owners = [...new Set([withoutNullable(left.type), withoutNullable(right.type)])];
  const candidates = owners.flatMap((owner) =>
    owner.name === 'null' ? [] : findMembers(owner, 'operator', operator),
  );
  if (candidates.length === 0) return null;
  const group = groupOf({ syntax, method: operator, receiver: null, candidates });
  const direct = findCall(group, [left, right]);
  if (direct) return direct;
  const read = (value: Value, index: number): Value => ({
    ...valueOf(syntax, withoutNullable(value.type), (frame) => frame.slots[index]),
  });
  const call =
    left.type.name === 'null' || right.type.name === 'null'
      ? null
      : findCall(group, [read(left, 0), read(right, 1)]);
  if (!call) return null;
  const operation = (first: unknown, second: unknown): unknown =>
    call.evaluate({ ...NO_FRAME, slots: [first, second] });
  return isComparison(operator)
    ? compareLifted(operator, left.evaluate, right.evaluate, operation, syntax, true)
    : combine(syntax, call.type, left.evaluate, right.evaluate, operation, true);
}

// Strings and bools compare by value, other references by identity, everything with null.
function equality(operator: string, left: Value, right: Value, syntax: Syntax): Value | null {
  if (operator !== '==' && operator !== '!=') return null;
  const [first, second] = [withoutNullable(left.type), withoutNullable(right.type)];
  const withNull = first.name === 'null' || second.name === 'null';
  const references =
    isReferenceType(first) &&
    isReferenceType(second) &&
    (isSubtype(first, second) ||
      isSubtype(second, first) ||
      first.definition.kind === 'interface' ||
      second.definition.kind === 'interface');
  if (!withNull && !references && !(first === second && first.name === 'bool')) return null;
  // Real C# compares references here, which a copied string or a boxed number fails: never what was meant.
  if (!withNull && first !== second && [first, second].some(({ name }) => name === 'object')) {
    return refuse(
      syntax,
      `This compares an object by reference: cast it to ${first.name === 'object' ? second.name : first.name} first.`,
    );
  }
  if (!withNull && first.name === 'object')
    return refuse(syntax, 'This compares objects by reference: cast them first, or call Equals.');
  const equal = operator === '==';
  return valueOf(
    syntax,
    getType('bool'),
    (frame) => (left.evaluate(frame) === right.evaluate(frame)) === equal,
  );
}

/** The type that both branches of `?:` or both sides of `??` convert to; null where C# finds none. */
export function unify(left: Value, right: Value): CsType | null {
  if (left.type === right.type) return left.type;
  const toRight = convertImplicitly(left, right.type) !== null;
  const toLeft = convertImplicitly(right, left.type) !== null;
  if (toRight && toLeft) return compareTargets(left, left.type, right.type) <= 0 ? left.type : right.type;
  return toRight ? right.type : toLeft ? left.type : null;
}
