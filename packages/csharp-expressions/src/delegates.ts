import { type CsType, getType } from './types.ts';

/** The parameter types and the result type of a delegate type. */
export interface DelegateParts {
  readonly parameters: readonly CsType[];
  readonly result: CsType;
}

/** Returns the parts of Func, Action, Predicate and Comparison; null for any other type. */
export function delegateParts({ definition, args }: CsType): DelegateParts | null {
  const [first] = args;
  switch (definition.kind === 'delegate' ? definition.name : '') {
    case 'Func':
      return { parameters: args.slice(0, -1), result: args.at(-1) ?? getType('void') };
    case 'Action':
      return { parameters: args, result: getType('void') };
    case 'Predicate':
      return { parameters: args, result: getType('bool') };
    case 'Comparison':
      return first ? { parameters: [first, first], result: getType('int') } : null;
    default:
      return null;
  }
}
