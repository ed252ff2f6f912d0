import type { Argument } from './bound.ts';
import type { Candidate } from './members.ts';
import type { Parameter } from './signature.ts';
import { type CsType, isArray } from './types.ts';

/** Arguments by the parameters that they stand for. */
export interface Mapping {
  readonly candidate: Candidate;
  /** Arguments by parameter; several for an expanded `params`. */
  readonly slots: readonly (readonly Argument[])[];
  readonly expanded: boolean;
}

/**
 * Returns the ways in which arguments can stand for the parameters of a candidate: as they are, or gathered into
 * `params`.
 */
export function listMappings(candidate: Candidate, args: readonly Argument[]): Mapping[] {
  const { parameters } = candidate;
  const forms = parameters.at(-1)?.mode === 'params' ? [false, true] : [false];
  return forms
    .map((expanded) => mapArguments(candidate, args, expanded))
    .filter((mapping) => mapping !== null);
}

function mapArguments(candidate: Candidate, args: readonly Argument[], expanded: boolean): Mapping | null {
  const { parameters } = candidate;
  const slots: Argument[][] = parameters.map(() => []);
  for (const [index, argument] of args.entries()) {
    const last = expanded && index >= parameters.length - 1;
    const target =
      argument.name === undefined
        ? last
          ? parameters.length - 1
          : index
        : parameters.findIndex(({ name }) => name === argument.name);
    const slot = slots[target];
    if (!slot || (slot.length > 0 && !(expanded && target === parameters.length - 1))) return null;
    slot.push(argument);
  }
  const complete = parameters.every(
    ({ fallback }, index) =>
      (slots[index]?.length ?? 0) > 0 ||
      fallback !== undefined ||
      (expanded && index === parameters.length - 1),
  );
  return complete ? { candidate, slots, expanded } : null;
}

/** Returns the type that an argument of a parameter has to be: of an expanded `params` that of its items. */
export function slotType(parameter: Parameter, index: number, { expanded, candidate }: Mapping): CsType {
  const [element] = parameter.type.args;
  const spread = expanded && index === candidate.parameters.length - 1 && isArray(parameter.type);
  return spread && element ? element : parameter.type;
}
