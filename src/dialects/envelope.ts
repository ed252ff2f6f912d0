import type { z } from 'zod';

/** A zod schema as a tree that a JSON value can be walked along. */
export type Envelope =
  | { readonly kind: 'anything' }
  | { readonly kind: 'scalar'; readonly schema: z.core.$ZodType; readonly isAnyText: boolean }
  | { readonly kind: 'optional' | 'nullable'; readonly inner: Envelope }
  /** Two alternatives: `list` for an array, `other` for any other value. */
  | { readonly kind: 'either'; readonly list: Envelope; readonly other: Envelope }
  | ListEnvelope
  | ObjectEnvelope;

/** An array; its bounds are numbers of items. */
export interface ListEnvelope {
  readonly kind: 'list';
  readonly schema: z.core.$ZodType;
  readonly element: Envelope;
  readonly minimum: number;
  readonly maximum: number;
}

/** An object with known members; `isStrict` refuses any other. */
export interface ObjectEnvelope {
  readonly kind: 'object';
  readonly schema: z.core.$ZodType;
  readonly members: readonly (readonly [name: string, member: Envelope])[];
  readonly names: ReadonlySet<string>;
  readonly isStrict: boolean;
}

const KNOWN = new WeakMap<z.core.$ZodType, Envelope>();

/** Converts a zod schema; each is converted once. @throws TypeError for a schema that needs a whole object or list to judge. */
export function envelopeOf(schema: z.core.$ZodType): Envelope {
  const known = KNOWN.get(schema) ?? describe(schema);
  KNOWN.set(schema, known);
  return known;
}

function describe(schema: z.core.$ZodType): Envelope {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'unknown':
      return { kind: 'anything' };
    case 'optional':
    case 'nullable':
      return { kind: def.type, inner: envelopeOf(def.innerType) };
    case 'union':
      return describeEither(def.options);
    case 'array':
      return { kind: 'list', schema, element: envelopeOf(def.element), ...lengthsOf(def.checks) };
    case 'object': {
      if (def.checks?.length) throw forSmallBodies('an object');
      const members = Object.entries(def.shape).map(([name, member]) => [name, envelopeOf(member)] as const);
      const names = new Set(members.map(([name]) => name));
      return { kind: 'object', schema, members, names, isStrict: def.catchall?._zod.def.type === 'never' };
    }
    case 'record':
      throw forSmallBodies('a record');
    default:
      return { kind: 'scalar', schema, isAnyText: def.type === 'string' && !def.checks?.length };
  }
}

function describeEither(options: readonly z.core.$ZodType[]): Envelope {
  const known = options.map(envelopeOf);
  const list = known.find(({ kind }) => kind === 'list');
  const other = known.find(({ kind }) => kind !== 'list');
  if (list && other && known.length === 2) return { kind: 'either', list, other };
  throw forSmallBodies('alternatives');
}

function lengthsOf(checks: readonly z.core.$ZodCheck[] = []): Pick<ListEnvelope, 'minimum' | 'maximum'> {
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
