import type { Evaluate, OutArgument, Value } from './bound.ts';
import { spend, spendLength, spendReading } from './budget.ts';
import { raise } from './evaluation-error.ts';
import type { Candidate } from './members.ts';
import type { Parameter } from './signature.ts';
import { type CsType, getType, isArray, isNullable, isReferenceType, isValueType } from './types.ts';
import { box, typedArray } from './values/boxed.ts';

/** The argument that an implementation gets for an `out` parameter. */
export interface Out {
  value: unknown;
}

interface Invocation {
  readonly candidate: Candidate;
  readonly receiver: Value | null;
  readonly parameters: readonly Parameter[];
  readonly typeArguments: readonly CsType[];
  readonly values: readonly Evaluate[];
  readonly type: CsType;
}

/** Returns a call of a library member: checks for null, counts a step, bounds the strings it makes. */
export function invoke({
  candidate,
  receiver,
  parameters,
  typeArguments,
  values,
  type,
}: Invocation): Evaluate {
  const { member, ownerArguments } = candidate;
  const { implementation } = member;
  const checked = values.map((evaluate, index) => {
    const parameter = parameters[index];
    return parameter ? checkedArgument(evaluate, parameter) : evaluate;
  });
  const all = receiver && !member.isStatic ? [receiverOf(receiver, member.owner.kind), ...checked] : checked;
  const withTypes =
    member.typeParameters.length > 0 ||
    ((member.isStatic || member.kind === 'constructor') && ownerArguments.length > 0);
  const types = member.typeParameters.length > 0 ? typeArguments : ownerArguments;
  const called = withTypes ? [...all, (): unknown => types] : all;
  const run = callWith(implementation, called);
  if (type === getType('string')) {
    return (frame) => {
      const result = run(frame);
      if (typeof result === 'string') spendLength(result.length);
      return result;
    };
  }
  if (!isArray(type)) return run;
  return (frame) => {
    const result = run(frame);
    if (result instanceof Uint8Array) spendLength(result.length);
    else if (Array.isArray(result)) spend(result.length);
    return result;
  };
}

/** Passes a variable to an `out` parameter. */
export function outArgument(argument: OutArgument, type: CsType): Evaluate {
  const assign = argument.declare(type);
  return (frame) => ({
    set value(value: unknown) {
      assign(frame, value);
    },
  });
}

/** Gathers the rest of the arguments into the array of a `params` parameter. */
export function paramsArgument(values: readonly Evaluate[], element: CsType): Evaluate {
  return (frame) => {
    const items = values.map((evaluate) => evaluate(frame));
    return element.name === 'byte' ? Uint8Array.from(items as number[]) : typedArray(items, element);
  };
}

/** Throws what C# throws for a member of null. */
export function nullReference(): never {
  raise('NullReferenceException', 'Object reference not set to an instance of an object.');
}

function callWith(implementation: (...values: unknown[]) => unknown, values: readonly Evaluate[]): Evaluate {
  const [first, second, third] = values;
  switch (values.length) {
    case 0:
      return () => {
        spend();
        return implementation();
      };
    case 1:
      return (frame) => {
        spend();
        return implementation(first?.(frame));
      };
    case 2:
      return (frame) => {
        spend();
        return implementation(first?.(frame), second?.(frame));
      };
    case 3:
      return (frame) => {
        spend();
        return implementation(first?.(frame), second?.(frame), third?.(frame));
      };
    default:
      return (frame) => {
        spend();
        return implementation(...values.map((evaluate) => evaluate(frame)));
      };
  }
}

// Members of `object` and of Nullable get a value in its box; members of other reference types need an instance.
function receiverOf({ type, evaluate }: Value, ownerKind: string): Evaluate {
  if (isNullable(type)) return (frame) => box(evaluate(frame), type);
  if (isValueType(type)) {
    return ownerKind === 'struct' || ownerKind === 'enum' ? evaluate : (frame) => box(evaluate(frame), type);
  }
  if (type.name !== 'string') return (frame) => evaluate(frame) ?? nullReference();
  return (frame) => {
    const text = (evaluate(frame) ?? nullReference()) as string;
    spendReading(text);
    return text;
  };
}

function checkedArgument(evaluate: Evaluate, { type, nullable, mode, name }: Parameter): Evaluate {
  if (mode === 'out' || !isReferenceType(type)) return evaluate;
  const isNull = (): null =>
    nullable ? null : raise('ArgumentNullException', `Value cannot be null. (Parameter '${name}')`);
  if (type.name !== 'string' && type.name !== 'byte[]')
    return nullable ? evaluate : (frame) => evaluate(frame) ?? isNull();
  return (frame) => {
    const value = evaluate(frame) ?? isNull();
    spendReading(value);
    return value;
  };
}
