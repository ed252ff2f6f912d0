import type { Argument, Evaluate, Frame, Lambda, MethodGroup, Value } from './bound.ts';
import { explicitConversion, identity, implicitConversion } from './conversions.ts';
import { delegateParts } from './delegates.ts';
import { ExpressionError } from './expression-error.ts';
import { isInteger, rangeOf, wrapInteger } from './numeric.ts';
import { refuse, type Syntax } from './syntax.ts';
import { type CsType, getType, hasParameters, isNullable, withoutNullable } from './types.ts';

/** Returns the argument as a value of the target type without a cast, or null where C# has no such conversion. */
export function convertImplicitly(bound: Argument, target: CsType): Evaluate | null {
  if (bound.kind === 'lambda') return lambdaConversion(bound, target);
  if (bound.kind === 'group') return groupConversion(bound, target);
  if (bound.kind === 'out') return null;
  return constantConversion(bound, target) ?? applied(bound, implicitConversion(bound.type, target));
}

/** Converts for an assignment, a return or the like; refuses what needs a cast. */
export function convertTo(bound: Argument, target: CsType, syntax: Syntax): Evaluate {
  const evaluate = convertImplicitly(bound, target);
  if (evaluate) return evaluate;
  if (bound.kind === 'value') {
    refuse(syntax, `A value of type ${bound.type.name} is not a ${target.name} without a cast.`);
  }
  return refuse(syntax, `This is not a ${target.name}.`);
}

/** Converts with a cast, or refuses. */
export function castTo(bound: Argument, target: CsType, syntax: Syntax, checked: boolean): Evaluate {
  const implicit = convertImplicitly(bound, target);
  if (implicit) return implicit;
  const evaluate =
    bound.kind === 'value' ? applied(bound, explicitConversion(bound.type, target, checked)) : null;
  const from = bound.kind === 'value' ? bound.type.name : 'this';
  return evaluate ?? refuse(syntax, `C# has no cast from ${from} to ${target.name}.`);
}

/** Compares two parameter types for an argument: negative when the first is the better conversion. */
export function compareTargets(bound: Argument, left: CsType, right: CsType): number {
  if (left === right || bound.kind === 'out') return 0;
  if (bound.kind === 'value') {
    if (bound.type === left) return -1;
    if (bound.type === right) return 1;
  } else {
    const results = [left, right].map((type) => delegateParts(type)?.result);
    const [first, second] = results;
    if (bound.kind === 'lambda' && first && second && first !== second) {
      const natural = naturalResult(bound, delegateParts(left)?.parameters ?? []);
      if (natural === first) return -1;
      if (natural === second) return 1;
      return compareTypes(first, second);
    }
    return 0;
  }
  return compareTypes(left, right);
}

/** Returns the type that a lambda gives by itself for these parameters; null where it can't be bound so. */
export function naturalResult(lambda: Lambda, parameters: readonly CsType[]): CsType | null {
  try {
    return lambda.bind(parameters, null).result;
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

function compareTypes(left: CsType, right: CsType): number {
  const toRight = implicitConversion(left, right) !== null;
  const toLeft = implicitConversion(right, left) !== null;
  if (toRight !== toLeft) return toRight ? -1 : 1;
  if (!isInteger(left.name) || !isInteger(right.name)) return 0;
  const signed = (type: CsType): boolean => rangeOf(type.name)[0] < 0n;
  return signed(left) === signed(right) ? 0 : signed(left) ? -1 : 1;
}

function applied(bound: Value, convert: ((value: unknown) => unknown) | null): Evaluate | null {
  if (!convert) return null;
  const { evaluate } = bound;
  if (convert === identity) return evaluate;
  return (frame) => convert(evaluate(frame));
}

// An int constant that fits converts to any integer type, and a literal 0 to any enum.
function constantConversion({ constant, type }: Value, target: CsType): Evaluate | null {
  const { name, definition } = withoutNullable(target);
  if (!constant || type === target || !isInteger(type.name) || type.name === 'char') return null;
  const value = BigInt(constant.value as number | bigint);
  if (definition.kind === 'enum') return value === 0n ? () => 0 : null;
  if (!isInteger(name) || name === 'char' || isNullable(type)) return null;
  if (type.name !== 'int' && !(type.name === 'long' && name === 'ulong')) return null;
  const [least, most] = rangeOf(name);
  if (value < least || value > most) return null;
  const converted = wrapInteger(name === 'long' || name === 'ulong' ? value : Number(value), name);
  return () => converted;
}

function lambdaConversion(lambda: Lambda, target: CsType): Evaluate | null {
  const parts = delegateParts(target);
  if (parts?.parameters.length !== lambda.parameters.length || parts.parameters.some(hasParameters))
    return null;
  if (lambda.parameters.some(({ type }, index) => type !== null && type !== parts.parameters[index]))
    return null;
  return lambda.bind(parts.parameters, parts.result).evaluate;
}

function groupConversion(group: MethodGroup, target: CsType): Evaluate | null {
  const parts = delegateParts(target);
  if (!parts || parts.parameters.some(hasParameters)) return null;
  const call = callOfGroup(group, parts.parameters);
  if (!call) return null;
  const isVoid = parts.result === getType('void');
  const convert = isVoid ? (value: unknown): unknown => value : implicitConversion(call.type, parts.result);
  if (!convert) return null;
  const receiver = group.receiver?.evaluate;
  return (frame) => {
    const self = receiver?.(frame);
    return (...values: unknown[]) => {
      const inner: Frame = { slots: [self, ...values], parent: null, run: frame.run };
      return convert(call.evaluate(inner));
    };
  };
}

/** Returns the call that a method group makes for arguments of these types; null where none fits. */
export function callOfGroup(group: MethodGroup, parameters: readonly CsType[]): Value | null {
  const slot = (type: CsType, index: number): Value => ({
    kind: 'value',
    syntax: group.syntax,
    type,
    evaluate: (frame) => frame.slots[index],
  });
  const receiver = group.receiver && slot(group.receiver.type, 0);
  const values = parameters.map((type, index) => slot(type, index + 1));
  return group.find({ ...group, receiver, guard: (value) => value }, values);
}
