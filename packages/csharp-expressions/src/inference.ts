import { callOfGroup, naturalResult } from './bind-conversion.ts';
import type { Argument } from './bound.ts';
import { implicitConversion } from './conversions.ts';
import { delegateParts } from './delegates.ts';
import { allInterfaces, lineage } from './members.ts';
import { type CsType, getType, hasParameters, isNullable, substitute, withoutNullable } from './types.ts';

/** An argument with the parameter type that it is passed for. */
export interface Pairing {
  readonly argument: Argument;
  readonly target: CsType;
}

/** Infers a method's type arguments from its arguments, as C# does in two phases; null where it can't. */
export function inferTypeArguments(names: readonly string[], pairings: readonly Pairing[]): CsType[] | null {
  const bounds = new Map<string, Set<CsType>>(names.map((name) => [name, new Set()]));
  for (const { argument, target } of pairings) {
    if (argument.kind === 'value' || (argument.kind === 'out' && argument.type)) {
      if (argument.type && argument.type.name !== 'null') collect(target, argument.type, bounds);
    }
  }
  for (const { argument, target } of pairings) {
    if (argument.kind !== 'lambda' && argument.kind !== 'group') continue;
    const parts = delegateParts(target);
    if (!parts) return null;
    const fixed = fix(bounds);
    const parameters = parts.parameters.map((type) => substitute(type, fixed));
    if (argument.kind === 'lambda') {
      argument.parameters.forEach(({ type }, index) => {
        const parameter = parts.parameters[index];
        if (type && parameter) collect(parameter, type, bounds);
      });
    }
    if (parameters.some(hasParameters) || !hasParameters(parts.result)) continue;
    if (argument.kind === 'lambda' && argument.parameters.length !== parameters.length) return null;
    const result =
      argument.kind === 'lambda'
        ? naturalResult(argument, parameters)
        : (callOfGroup(argument, parameters)?.type ?? null);
    if (!result || result === getType('void')) return null;
    collect(parts.result, result, bounds);
  }
  const fixed = fix(bounds);
  const types = names.map((name) => fixed.get(name));
  return types.every((type) => type !== undefined) ? types : null;
}

function collect(target: CsType, source: CsType, bounds: ReadonlyMap<string, Set<CsType>>): void {
  if (target.definition.kind === 'parameter') {
    bounds.get(target.name)?.add(source);
    return;
  }
  if (!hasParameters(target)) return;
  if (isNullable(target)) return collect(withoutNullable(target), withoutNullable(source), bounds);
  const family = [source, ...lineage(source), ...allInterfaces(source)];
  const matches = [...new Set(family.filter(({ definition }) => definition === target.definition))];
  const [match] = matches;
  // JObject is an enumerable of two things: C# then infers nothing.
  if (!match || matches.length > 1) return;
  target.args.forEach((argument, index) => {
    const found = match.args[index];
    if (found) collect(argument, found, bounds);
  });
}

// The bound that all others convert to is the type.
function fix(bounds: ReadonlyMap<string, ReadonlySet<CsType>>): Map<string, CsType> {
  const fixed = new Map<string, CsType>();
  for (const [name, candidates] of bounds) {
    const all = [...candidates];
    const best = all.find((type) => all.every((other) => other === type || implicitConversion(other, type)));
    if (best) fixed.set(name, best);
  }
  return fixed;
}
