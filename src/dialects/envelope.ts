import type { z } from 'zod';

/** A schema as it is walked, without what only zod knows. */
export type Envelope =
  | { readonly kind: 'anything' }
  | { readonly kind: 'scalar'; readonly schema: z.core.$ZodType; readonly isAnyText: boolean }
  | { readonly kind: 'optional' | 'nullable'; readonly inner: Envelope }
  /** Of a list and something else, of which the one is meant that stands there. */
  | { readonly kind: 'either'; readonly list: Envelope; readonly other: Envelope }
  | ListEnvelope
  | ObjectEnvelope;

export interface ListEnvelope {
  readonly kind: 'list';
  readonly schema: z.core.$ZodType;
  readonly element: Envelope;
  readonly minimum: number;
  readonly maximum: number;
}

export interface ObjectEnvelope {
  readonly kind: 'object';
  readonly schema: z.core.$ZodType;
  readonly members: readonly (readonly [name: string, member: Envelope])[];
  readonly names: ReadonlySet<string>;
  readonly isStrict: boolean;
}

const KNOWN = new WeakMap<z.core.$ZodType, Envelope>();

/** @throws TypeError for a schema of what can't be judged value by value. */
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
