import { arithmetic } from './arithmetic.ts';
import { bindAssignment, bindIncrement } from './bind-assignment.ts';
import { castTo, convertImplicitly, convertTo } from './bind-conversion.ts';
import { integerLiteral } from './bind-literals.ts';
import { bindPattern } from './bind-patterns.ts';
import { type Bind, type Binder, constantOf, valueOf } from './binder.ts';
import { binaryOperation, folded } from './binary-operation.ts';
import { unify } from './unify.ts';
import type { Bound, Value } from './bound.ts';
import { explicitConversion, isInstance } from './conversions.ts';
import { defaultOf } from './default-value.ts';
import { isNumeric, numericConversion } from './numeric.ts';
import { resolveType } from './resolve-type.ts';
import type { Scope } from './scope.ts';
import { child, field, hasToken, refuse, type Syntax } from './syntax.ts';
import { type CsType, getType, isNullable, isReferenceType, withoutNullable } from './types.ts';
import { box } from './values/boxed.ts';

/** Operators, casts and tests of a type. */
export const OPERATORS: Readonly<Record<string, Bind>> = {
  parenthesized_expression: (syntax, scope, binder) => binder.bind(child(syntax), scope),
  binary_expression: bindBinary,
  prefix_unary_expression: bindPrefix,
  postfix_unary_expression: (syntax, scope, binder) =>
    hasToken(syntax, '!')
      ? refuse(syntax, 'The ! after a value is not C# 7.')
      : bindIncrement(syntax, scope, binder, false),
  assignment_expression: bindAssignment,
  conditional_expression: bindConditional,
  cast_expression: bindCast,
  as_expression: bindAs,
  is_pattern_expression: (syntax, scope, binder) => {
    const value = binder.value(field(syntax, 'expression'), scope);
    const test = bindPattern(field(syntax, 'pattern'), value.type, scope, binder);
    return valueOf(syntax, getType('bool'), (frame) => test(frame, value.evaluate(frame)));
  },
  is_expression: (syntax, scope, binder) => {
    const value = binder.value(field(syntax, 'left'), scope);
    const test = bindPattern(field(syntax, 'right'), value.type, scope, binder);
    return valueOf(syntax, getType('bool'), (frame) => test(frame, value.evaluate(frame)));
  },
  checked_expression: (syntax, scope, binder) =>
    binder.withChecked(hasToken(syntax, 'checked'), () => binder.bind(child(syntax), scope)),
  default_expression: (syntax) => {
    const type = syntax.fields.type ?? refuse(syntax, 'Name the type: default(T).');
    const resolved = resolveType(type);
    return valueOf(syntax, resolved, () => defaultOf(resolved));
  },
};

function bindBinary(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const operator = field(syntax, 'operator').text;
  const left = field(syntax, 'left');
  const right = field(syntax, 'right');
  if (operator === '??') return coalesce(binder.value(left, scope), binder.value(right, scope), syntax);
  const [first, second] = [binder.value(left, scope), binder.value(right, scope)];
  if (operator !== '&&' && operator !== '||')
    return binaryOperation(operator, first, second, syntax, binder.checked);
  const bool = getType('bool');
  const [one, other] = [convertTo(first, bool, left), convertTo(second, bool, right)];
  const value =
    operator === '&&'
      ? valueOf(syntax, bool, (frame) => one(frame) && other(frame))
      : valueOf(syntax, bool, (frame) => one(frame) === true || other(frame));
  return folded(value, first, second);
}

function coalesce(left: Value, right: Value, syntax: Syntax): Value {
  if (left.type.name === 'null') return { ...right, syntax };
  if (!isNullable(left.type) && !isReferenceType(left.type)) {
    return refuse(syntax, `A ${left.type.name} is never null: ?? has no use here.`);
  }
  const inner = withoutNullable(left.type);
  const toInner = convertImplicitly(right, inner) ?? convertImplicitly(right, left.type);
  if (toInner) {
    const type = convertImplicitly(right, inner) ? inner : left.type;
    return valueOf(syntax, type, (frame) => left.evaluate(frame) ?? toInner(frame));
  }
  const read: Value = valueOf(syntax, inner, (frame) => frame.slots[0]);
  const toRight = convertImplicitly(read, right.type);
  if (!toRight) return refuse(syntax, `C# has no ?? for ${left.type.name} and ${right.type.name}.`);
  return valueOf(syntax, right.type, (frame) => {
    const value = left.evaluate(frame);
    return value === null ? right.evaluate(frame) : toRight({ ...frame, slots: [value] });
  });
}

function bindPrefix(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const operator = syntax.children[0]?.text ?? '';
  const operand = child(syntax);
  if (operator === '++' || operator === '--') return bindIncrement(syntax, scope, binder, true);
  // The one literal that fits only with its sign.
  if (operator === '-' && /^(2147483648|9223372036854775808L?)$/i.test(operand.text)) {
    return operand.text.startsWith('2147483648')
      ? constantOf(syntax, getType('int'), -2147483648)
      : constantOf(syntax, getType('long'), -9223372036854775808n);
  }
  const value =
    operand.kind === 'integer_literal'
      ? (integerLiteral(operand, operand.text) as Value)
      : binder.value(operand, scope);
  const type = withoutNullable(value.type);
  if (operator === '!' && type.name === 'bool')
    return folded(
      valueOf(syntax, value.type, (frame) => lift(value.evaluate(frame), (bit) => bit !== true)),
      value,
    );
  if (!isNumeric(type.name)) {
    if (operator === '-' && type.name === 'TimeSpan')
      return binaryOperation(
        '-',
        valueOf(syntax, type, () => defaultOf(type)),
        value,
        syntax,
        false,
      );
    return refuse(syntax, `C# has no ${operator} for ${value.type.name}.`);
  }
  return negated(operator, value, type, syntax, binder);
}

function negated(operator: string, value: Value, type: CsType, syntax: Syntax, binder: Binder): Value {
  const small = ['sbyte', 'byte', 'short', 'ushort', 'char'].includes(type.name);
  const target = small ? 'int' : operator === '-' && type.name === 'uint' ? 'long' : type.name;
  if (operator === '-' && target === 'ulong') return refuse(syntax, 'C# has no - for ulong.');
  const convert = numericConversion(type.name, target);
  const widened: Value = {
    ...value,
    type: isNullable(value.type) ? getType('Nullable', getType(target)) : getType(target),
    evaluate: (frame) => lift(value.evaluate(frame), convert),
  };
  if (operator === '+') return folded({ ...widened, syntax }, value);
  if (operator === '-' && (target === 'double' || target === 'float')) {
    return folded(
      valueOf(syntax, widened.type, (frame) =>
        lift(widened.evaluate(frame), (number) => -(number as number)),
      ),
      value,
    );
  }
  const zero = constantOf(syntax, getType(target), defaultOf(getType(target)));
  if (operator === '-') return binaryOperation('-', zero, widened, syntax, binder.checked);
  const allOnes = arithmetic('^', target, false);
  if (operator !== '~' || !allOnes) return refuse(syntax, `C# has no ${operator} for ${type.name}.`);
  return folded(
    valueOf(syntax, widened.type, (frame) =>
      lift(widened.evaluate(frame), (bits) => complement(bits as number | bigint, target)),
    ),
    value,
  );
}

function complement(bits: number | bigint, target: string): number | bigint {
  const inverted = typeof bits === 'bigint' ? ~bits : ~bits;
  return target === 'uint'
    ? Number(inverted) >>> 0
    : target === 'ulong'
      ? BigInt.asUintN(64, BigInt(inverted))
      : inverted;
}

function lift(value: unknown, convert: (inner: unknown) => unknown): unknown {
  return value === null ? null : convert(value);
}

function bindConditional(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const condition = convertTo(binder.value(field(syntax, 'condition'), scope), getType('bool'), syntax);
  const [yes, no] = [field(syntax, 'consequence'), field(syntax, 'alternative')].map((branch) =>
    binder.value(branch, scope),
  );
  if (!yes || !no) return refuse(syntax, 'This is not a conditional expression.');
  const type = unify(yes, no);
  if (!type || type.name === 'null') {
    return refuse(
      syntax,
      `C# 7 finds no common type for ${yes.type.name} and ${no.type.name}: cast one of them.`,
    );
  }
  const [whenTrue, whenFalse] = [convertTo(yes, type, syntax), convertTo(no, type, syntax)];
  return valueOf(syntax, type, (frame) => (condition(frame) ? whenTrue(frame) : whenFalse(frame)));
}

function bindCast(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const type = resolveType(field(syntax, 'type'));
  const operand = binder.bindArgument(field(syntax, 'value'), scope);
  const value = valueOf(
    syntax,
    type,
    castTo(
      operand,
      type,
      syntax,
      binder.checked ?? (operand.kind === 'value' && operand.constant !== undefined),
    ),
  );
  return operand.kind === 'value' && isNumeric(type.name) ? folded(value, operand) : value;
}

function bindAs(syntax: Syntax, scope: Scope, binder: Binder): Bound {
  const type = resolveType(field(syntax, 'right'));
  const value = binder.value(field(syntax, 'left'), scope);
  if (!isReferenceType(type) && !isNullable(type))
    return refuse(syntax, `as needs a type that can be null; ${type.name} cannot.`);
  if (value.type.name !== 'null' && !explicitConversion(value.type, type)) {
    return refuse(syntax, `A ${value.type.name} is never a ${type.name}.`);
  }
  return valueOf(syntax, type, (frame) => {
    const boxed = box(value.evaluate(frame), value.type);
    if (boxed === null || !isInstance(boxed, type)) return null;
    return convertBoxed(boxed, type);
  });
}

function convertBoxed(boxed: unknown, type: CsType): unknown {
  return isNullable(type) ? explicitConversion(getType('object'), type)?.(boxed) : boxed;
}
