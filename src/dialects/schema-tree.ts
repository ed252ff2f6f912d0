import type { z } from 'zod';

/** A zod schema as a tree, for validating a JSON value step by step. */
export type SchemaTree =
  | { readonly kind: 'anything' }
  | { readonly kind: 'scalar'; readonly schema: z.core.$ZodType; readonly isAnyText: boolean }
  | { readonly kind: 'optional' | 'nullable'; readonly inner: SchemaTree }
  /** Two alternatives: `list` for an array, `other` for any other value. */
  | { readonly kind: 'either'; readonly list: SchemaTree; readonly other: SchemaTree }
  | ListSchema
  | ObjectSchema;

/** An array; its bounds are numbers of items. */
export interface ListSchema {
  readonly kind: 'list';
  readonly schema: z.core.$ZodType;
  readonly element: SchemaTree;
  readonly minimum: number;
  readonly maximum: number;
}

/** An object with known members; `isStrict` refuses any other. */
export interface ObjectSchema {
  readonly kind: 'object';
  readonly schema: z.core.$ZodType;
  readonly members: readonly (readonly [name: string, member: SchemaTree])[];
  readonly names: ReadonlySet<string>;
  readonly isStrict: boolean;
}

/** Converts a zod schema. @throws TypeError for a schema that can only judge a whole object or list. */
export function schemaTreeOf(schema: z.core.$ZodType): SchemaTree {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'unknown':
      return { kind: 'anything' };
    case 'optional':
    case 'nullable':
      return { kind: def.type, inner: schemaTreeOf(def.innerType) };
    case 'union':
      return describeEither(def.options);
    case 'array':
      return { kind: 'list', schema, element: schemaTreeOf(def.element), ...lengthsOf(def.checks) };
    case 'object': {
      if (def.checks?.length) throw forSmallBodies('an object');
      const members = Object.entries(def.shape).map(
        ([name, member]) => [name, schemaTreeOf(member)] as const,
      );
      const names = new Set(members.map(([name]) => name));
      return { kind: 'object', schema, members, names, isStrict: def.catchall?._zod.def.type === 'never' };
    }
    case 'record':
      throw forSmallBodies('a record');
    default:
      return { kind: 'scalar', schema, isAnyText: def.type === 'string' && !def.checks?.length };
  }
}

function describeEither(options: readonly z.core.$ZodType[]): SchemaTree {
  const known = options.map(schemaTreeOf);
  const list = known.find(({ kind }) => kind === 'list');
  const other = known.find(({ kind }) => kind !== 'list');
  if (list && other && known.length === 2) return { kind: 'either', list, other };
  throw forSmallBodies('alternatives');
}

function lengthsOf(checks: readonly z.core.$ZodCheck[] = []): Pick<ListSchema, 'minimum' | 'maximum'> {
  const lengths = { minimum: 0, maximum: Infinity };
  for (const check of checks) {
    const { def } = (check as unknown as z.core.$ZodChecks)._zod;
    if (def.check === 'min_length') lengths.minimum = def.minimum;
    else if (def.check === 'max_length') lengths.maximum = def.maximum;
    else throw forSmallBodies('a list');
  }
  return lengths;
}

function forSmallBodies(what: string): TypeError {
  return new TypeError(`a schema of ${what} as a whole is for bodies that are small`);
}
