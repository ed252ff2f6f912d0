import { isComparison } from './arithmetic.ts';
import { constantOf, valueOf } from './binder.ts';
import type { Frame, Value } from './bound.ts';
import { spendLength, withBudget } from './budget.ts';
import { isSubtype } from './conversions.ts';
import { ExpressionEvaluationError } from './evaluation-error.ts';
import { formatterOf } from './format.ts';
import { findMembers } from './members.ts';
import { groupOf } from './method-group.ts';
import { combine, compareLifted, numeric } from './numeric-operation.ts';
import { findCall } from './overloads.ts';
import { type Syntax, refuse } from './syntax.ts';
import { getType, isReferenceType, withoutNullable } from './types.ts';

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
