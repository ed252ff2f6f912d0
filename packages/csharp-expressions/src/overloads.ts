import { compareTargets, convertImplicitly } from './bind-conversion.ts';
import type { Argument, Evaluate, MethodGroup, Value } from './bound.ts';
import { implicitConversion } from './conversions.ts';
import { ExpressionError } from './expression-error.ts';
import { inferTypeArguments } from './inference.ts';
import { invoke, outArgument, paramsArgument } from './invoke.ts';
import { type Mapping, listMappings, slotType } from './map-arguments.ts';
import type { Candidate } from './members.ts';
import { reportLambda } from './report-lambda.ts';
import type { Parameter } from './signature.ts';
import { refuse } from './syntax.ts';
import { type CsType, getType, substitute } from './types.ts';

interface Applicable extends Mapping {
  readonly parameters: readonly Parameter[];
  readonly typeArguments: readonly CsType[];
}

/** Finds the call of the best overload, or null where none takes these arguments. */
export function findCall(group: MethodGroup, parameters: readonly Argument[]): Value | null {
  const own = pick(group, group.candidates, parameters);
  if (own) return group.guard(call(own, group, group.receiver));
  const { receiver } = group;
  if (!receiver || group.extensions.length === 0) return null;
  const reachable = group.extensions.filter((candidate) => extendsReceiver(candidate, receiver));
  const extension = pick(group, reachable, [receiver, ...parameters]);
  return extension && group.guard(call(extension, group, null));
}

/** Returns the call of the best overload; refuses arguments that none takes. */
export function resolveCall(group: MethodGroup, parameters: readonly Argument[]): Value {
  const found = findCall(group, parameters);
  if (found) return found;
  const types = parameters.map((argument) =>
    argument.kind === 'value' ? argument.type.name : argument.kind === 'out' ? 'out' : argument.kind,
  );
  // A mistake inside a lambda says more than that no overload takes it.
  for (const candidate of [...group.candidates, ...group.extensions])
    reportLambda(candidate, group, parameters);
  return refuse(group.syntax, `No overload of ${group.method} takes (${types.join(', ')}).`);
}

/** The best of several candidates for the arguments; refuses when two are equally good. */
function pick(
  group: MethodGroup,
  candidates: readonly Candidate[],
  args: readonly Argument[],
): Applicable | null {
  const applicable = candidates
    .flatMap((candidate) => listMappings(candidate, args))
    .map((mapping) => fit(mapping, group.typeArguments))
    .filter((fitting) => fitting !== null);
  // The expanded form of `params` counts only where the normal form doesn't fit.
  const usable = applicable.filter(
    (one) =>
      !one.expanded || !applicable.some((other) => other.candidate === one.candidate && !other.expanded),
  );
  const [first] = usable;
  if (!first) return null;
  const best = usable.find((one) => usable.every((other) => other === one || isBetter(one, other, args)));
  return (
    best ??
    refuse(group.syntax, `The call of ${group.method} is ambiguous between ${usable.length} overloads.`)
  );
}

function fit(mapping: Mapping, explicit: readonly CsType[]): Applicable | null {
  const { candidate, slots, expanded } = mapping;
  const { typeParameters } = candidate.member;
  if (explicit.length > 0 && explicit.length !== typeParameters.length) return null;
  const pairings = candidate.parameters.flatMap((parameter, index) =>
    (slots[index] ?? []).map((argument) => ({ argument, target: slotType(parameter, index, mapping) })),
  );
  const typeArguments =
    typeParameters.length === 0
      ? []
      : explicit.length > 0
        ? explicit
        : inferTypeArguments(typeParameters, pairings);
  if (!typeArguments) return null;
  const replacements = new Map(
    typeParameters.map((name, index) => [name, typeArguments[index] ?? getType('object')]),
  );
  const parameters = candidate.parameters.map((parameter) => ({
    ...parameter,
    type: substitute(parameter.type, replacements),
  }));
  const fits = parameters.every((parameter, index) =>
    (slots[index] ?? []).every((argument) =>
      accepts(argument, parameter, slotType(parameter, index, mapping)),
    ),
  );
  return fits ? { candidate, slots, expanded, parameters, typeArguments } : null;
}

function accepts(argument: Argument, parameter: Parameter, type: CsType): boolean {
  if (parameter.mode === 'out' || argument.kind === 'out') {
    return (
      parameter.mode === 'out' &&
      argument.kind === 'out' &&
      (argument.type === null || argument.type === type)
    );
  }
  try {
    return convertImplicitly(argument, type) !== null;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function isBetter(one: Applicable, other: Applicable, args: readonly Argument[]): boolean {
  let better = false;
  for (const argument of args) {
    const left = targetOf(one, argument);
    const right = targetOf(other, argument);
    const order = left && right ? compareTargets(argument, left, right) : 0;
    if (order > 0) return false;
    if (order < 0) better = true;
  }
  if (better) return true;
  const generic = (applicable: Applicable): number => Math.sign(applicable.typeArguments.length);
  if (generic(one) !== generic(other)) return generic(one) < generic(other);
  if (one.expanded !== other.expanded) return !one.expanded;
  if (one.parameters.length !== other.parameters.length) {
    return one.expanded
      ? one.parameters.length > other.parameters.length
      : one.parameters.length < other.parameters.length;
  }
  return false;
}

function targetOf(applicable: Applicable, argument: Argument): CsType | undefined {
  const index = applicable.slots.findIndex((slot) => slot.includes(argument));
  const parameter = applicable.parameters[index];
  return parameter && slotType(parameter, index, applicable);
}

function call(
  { candidate, slots, expanded, parameters, typeArguments }: Applicable,
  group: MethodGroup,
  receiver: Value | null,
): Value {
  const mapping = { candidate, slots, expanded };
  const evaluates = parameters.map((parameter, index): Evaluate => {
    const given = slots[index] ?? [];
    const type = slotType(parameter, index, mapping);
    const values = given.map((argument) =>
      argument.kind === 'out'
        ? outArgument(argument, type)
        : (convertImplicitly(argument, type) ?? (() => null)),
    );
    if (expanded && index === parameters.length - 1) return paramsArgument(values, type);
    const [only] = values;
    return only ?? (() => parameter.fallback?.value);
  });
  const replacements = new Map(
    candidate.member.typeParameters.map((name, index) => [name, typeArguments[index] ?? getType('object')]),
  );
  const type = substitute(candidate.type, replacements);
  return {
    kind: 'value',
    syntax: group.syntax,
    type,
    evaluate: invoke({ candidate, receiver, parameters, typeArguments, values: evaluates, type }),
  };
}

function extendsReceiver(candidate: Candidate, receiver: Value): boolean {
  const [first] = candidate.parameters;
  if (!first) return false;
  if (candidate.member.typeParameters.length > 0) return true;
  return implicitConversion(receiver.type, first.type) !== null;
}
