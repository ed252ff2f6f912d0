import { exampleOfPattern } from './example-of-pattern.ts';
import type { Json } from './read-message.ts';
import { unsupported } from './refusals.ts';

/** The position within a schema: the definitions for its references, and the depth. */
interface Place {
  readonly root: Json;
  readonly depth: number;
  /** The name of the nearest property, which texts are made of. */
  readonly name: string;
  /** The position within the nearest array, from 0 on, so that its elements differ. */
  readonly index: number;
  /** The number of values that the example may still have; a small schema can describe a huge one. */
  readonly left: { values: number };
}

/** The depth below which optional properties are left out, so that a schema which contains itself has an example. */
const DEPTH_OF_OPTIONAL = 4;
const MAXIMUM_DEPTH = 32;
const MAXIMUM_VALUES = 10_000;
const MAXIMUM_LENGTH = 10_000;
const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-02',
  'date-time': '2026-01-02T03:04:05Z',
  time: '03:04:05Z',
  duration: 'PT1M',
  email: 'someone@example.com',
  'idn-email': 'someone@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  cidrv4: '192.0.2.0/24',
  cidrv6: '2001:db8::/32',
  uri: 'https://example.com/',
  'uri-reference': 'https://example.com/',
  iri: 'https://example.com/',
  'iri-reference': 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  guid: '00000000-0000-4000-8000-000000000000',
  byte: 'ZXhhbXBsZQ==',
  base64: 'ZXhhbXBsZQ==',
  base64url: 'ZXhhbXBsZQ',
  e164: '+15550100000',
  'json-pointer': '/value',
  regex: '^value$',
};

/**
 * Makes a plausible value that a schema describes; the same schema gives the same value. It takes Vertex AI's `Schema`
 * and JSON Schema. A number is the one of its range that is nearest to 1, a text is made of its property's name, and
 * what may be null is not.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Schema
 * @throws GoogleError UNIMPLEMENTED for a required text of a pattern that no text is made of, and for a schema that is
 * too deep or describes too much
 */
export function exampleOfSchema(schema: unknown, name = 'value'): unknown {
  const left = { values: MAXIMUM_VALUES };
  return exampleOf(asObject(schema), { root: asObject(schema), depth: 0, name, index: 0, left });
}

function exampleOf(schema: Json, place: Place): unknown {
  place.left.values -= 1;
  if (place.left.values < 0) throw unsupported('a schema whose examples are as large as this');
  if (place.depth > MAXIMUM_DEPTH) throw unsupported('a schema as deep as this');
  const reference = schema.$ref ?? schema.ref;
  if (typeof reference === 'string') return exampleOf(dereference(reference, place.root), deeper(place));
  for (const key of ['example', 'default', 'const']) if (schema[key] !== undefined) return schema[key];
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return exampleOfEnum(schema, place);
  const choices = (schema.anyOf ?? schema.oneOf ?? []) as Json[];
  const choice = choices.find((each) => typeOf(asObject(each)) !== 'NULL') ?? choices[0];
  if (choice) return exampleOf({ ...schema, anyOf: undefined, oneOf: undefined, ...choice }, deeper(place));
  if (Array.isArray(schema.allOf)) {
    return exampleOf(merge({ ...schema, allOf: undefined }, schema.allOf as Json[]), deeper(place));
  }
  return exampleOfType(schema, place);
}

function exampleOfType(schema: Json, place: Place): unknown {
  switch (typeOf(schema)) {
    case 'OBJECT':
      return exampleOfObject(schema, place);
    case 'ARRAY':
      return exampleOfArray(schema, place);
    case 'BOOLEAN':
      return true;
    case 'INTEGER':
    case 'NUMBER':
      return exampleOfNumber(schema, place);
    case 'NULL':
      return null;
    default:
      return exampleOfText(schema, place);
  }
}

/** Chooses the value of an enumeration, not null, at the position of the element. */
function exampleOfEnum(schema: Json, { index }: Place): unknown {
  const all = schema.enum as unknown[];
  const values = all.some((each) => each !== null) ? all.filter((each) => each !== null) : all;
  const chosen = values[index % values.length];
  return typeOf(schema) === 'INTEGER' || typeOf(schema) === 'NUMBER' ? Number(chosen) : chosen;
}

function exampleOfArray(schema: Json, place: Place): unknown[] {
  const first = ((schema.prefixItems ?? []) as Json[]).map((item) => exampleOf(item, deeper(place)));
  const isOpen = first.length === 0 || schema.items !== undefined;
  const isShallow = place.depth < DEPTH_OF_OPTIONAL;
  const wanted = Number(schema.minItems ?? (isOpen && isShallow ? 1 : 0));
  const count = Math.min(Math.max(wanted, first.length), Number(schema.maxItems ?? Infinity));
  if (count > place.left.values) throw unsupported('a schema whose examples are as large as this');
  const more = Array.from({ length: Math.max(0, count - first.length) }, (_item, index) =>
    exampleOf(asObject(schema.items), { ...deeper(place), index }),
  );
  return [...first, ...more].slice(0, count);
}

function exampleOfObject(schema: Json, place: Place): Json {
  const required = new Set((schema.required ?? []) as string[]);
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  const others = asObject(schema.additionalProperties);
  const names = Object.keys(properties).filter(
    (name) =>
      required.has(name) || (place.depth < DEPTH_OF_OPTIONAL && hasExample(asObject(properties[name]))),
  );
  const unnamed = [...required].filter((name) => properties[name] === undefined);
  const isMap = Object.keys(properties).length === 0 && Object.keys(others).length > 0;
  if (isMap && unnamed.length === 0 && place.depth < DEPTH_OF_OPTIONAL) unnamed.push(keyOf(schema, place));
  const given = [...unnamed, ...names].map((name) => [
    name,
    exampleOf(asObject(properties[name] ?? others), { ...deeper(place), name, index: 0 }),
  ]);
  return inOrder(Object.fromEntries(given) as Json, (schema.propertyOrdering ?? []) as string[]);
}

/** Makes the one key of a map, whose names a schema may restrict. */
function keyOf(schema: Json, place: Place): string {
  return String(exampleOf(asObject(schema.propertyNames), { ...deeper(place), name: 'key', index: 0 }));
}

/** Returns false for a text of a pattern that no text is made of, which is left out where it is optional. */
function hasExample(schema: Json): boolean {
  if (typeof schema.pattern !== 'string' || typeOf(schema) !== 'STRING') return true;
  if (['example', 'default', 'const', 'enum'].some((key) => schema[key] !== undefined)) return true;
  return FORMATS[String(schema.format)] !== undefined || exampleOfPattern(schema.pattern) !== undefined;
}

/** Puts the members into the order of `propertyOrdering`; others follow. */
function inOrder(members: Json, ordering: readonly string[]): Json {
  const first = ordering.filter((name) => Object.hasOwn(members, name));
  return Object.fromEntries(
    [...new Set([...first, ...Object.keys(members)])].map((name) => [name, members[name]]),
  );
}

/** Gives the number of the schema's range that is nearest to 1; later elements of an array count on from there. */
function exampleOfNumber(schema: Json, { index }: Place): number {
  const isWhole = typeOf(schema) === 'INTEGER';
  const step = Number(schema.multipleOf ?? (isWhole ? 1 : 0));
  const [least, most] = rangeOf(schema, step);
  const nearest = Math.min(Math.max(1 + index * (step || 1), least), Math.max(least, most));
  if (step === 0) return nearest;
  const above = Math.ceil(nearest / step) * step;
  return above <= most ? above : Math.floor(most / step) * step;
}

/** Gives the bounds of a number, both of them allowed. */
function rangeOf(schema: Json, step: number): [least: number, most: number] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const above = boundOf(exclusiveMinimum, minimum);
  const below = boundOf(exclusiveMaximum, maximum);
  // Between two bounds that do not belong to the range, the half of the way does.
  const inset = step || Math.min(1, (Number(below ?? maximum) - Number(above ?? minimum)) / 2 || 1);
  const least = Math.max(
    typeof minimum === 'number' ? minimum : -Infinity,
    above === undefined ? -Infinity : above + inset,
  );
  const most = Math.min(
    typeof maximum === 'number' ? maximum : Infinity,
    below === undefined ? Infinity : below - inset,
  );
  return [least, most];
}

/** Reads an exclusive bound: a number, or `true` beside an inclusive one, as in the fourth draft of JSON Schema. */
function boundOf(exclusive: unknown, inclusive: unknown): number | undefined {
  if (exclusive === true) return Number(inclusive ?? 0);
  return typeof exclusive === 'number' ? exclusive : undefined;
}

function exampleOfText(schema: Json, { name, index }: Place): string {
  const { format, pattern } = schema;
  // A time of JSON Schema has an offset; a schema of times without one says so by its pattern.
  const known = format === 'time' && pattern !== undefined ? undefined : FORMATS[String(format)];
  if (known !== undefined) return known;
  const least = Number(schema.minLength ?? 0);
  if (pattern !== undefined) {
    const text = typeof pattern === 'string' ? exampleOfPattern(pattern, Math.max(1, least)) : undefined;
    if (text === undefined) throw unsupported('such a pattern in a schema without an example or a default');
    return text;
  }
  if (least > MAXIMUM_LENGTH) throw unsupported('a schema whose examples are as large as this');
  const characters = Array.from(index === 0 ? name : `${name} ${index + 1}`);
  while (characters.length < least) characters.push('.');
  return characters.slice(0, Number(schema.maxLength ?? characters.length)).join('');
}

/** Gives the type in capitals, the first of several. A schema without a type has the one that its keywords imply. */
function typeOf(schema: Json): string {
  const type: unknown = Array.isArray(schema.type)
    ? (schema.type.find((each) => each !== 'null') ?? 'null')
    : schema.type;
  if (typeof type === 'string' && type !== 'TYPE_UNSPECIFIED') return type.toUpperCase();
  if (schema.properties !== undefined) return 'OBJECT';
  if (schema.items !== undefined || schema.prefixItems !== undefined) return 'ARRAY';
  return 'STRING';
}

function dereference(reference: string, root: Json): Json {
  const path = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  const found = path.reduce<unknown>((at, key) => asObject(at)[key], root);
  return asObject(found);
}

function merge(schema: Json, parts: readonly Json[]): Json {
  return parts.reduce<Json>(
    (merged, part) => ({
      ...merged,
      ...part,
      properties: { ...asObject(merged.properties), ...asObject(part.properties) },
      required: [...((merged.required ?? []) as string[]), ...((part.required ?? []) as string[])],
    }),
    schema,
  );
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
