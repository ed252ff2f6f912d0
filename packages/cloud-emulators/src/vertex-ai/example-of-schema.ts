import type { Json } from './read-message.ts';
import { unsupported } from './refusals.ts';

/** The position within a schema: the definitions for its references, and the depth. */
interface Place {
  readonly root: Json;
  readonly depth: number;
  /** The name of the nearest property, which texts are made of. */
  readonly name: string;
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
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/**
 * Makes a value that a schema describes; the same schema gives the same value. It takes Vertex AI's `Schema` and JSON
 * Schema.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Schema
 * @throws GoogleError UNIMPLEMENTED for a pattern without an example, a default or a known format, and for a schema
 * that is too deep or describes too much
 */
export function exampleOfSchema(schema: unknown, name = 'value'): unknown {
  const left = { values: MAXIMUM_VALUES };
  return exampleOf(asObject(schema), { root: asObject(schema), depth: 0, name, left });
}

function exampleOf(schema: Json, place: Place): unknown {
  place.left.values -= 1;
  if (place.left.values < 0) throw unsupported('a schema whose examples are as large as this');
  if (place.depth > MAXIMUM_DEPTH) throw unsupported('a schema as deep as this');
  const reference = schema.$ref ?? schema.ref;
  if (typeof reference === 'string') return exampleOf(dereference(reference, place.root), deeper(place));
  for (const key of ['example', 'default', 'const']) if (schema[key] !== undefined) return schema[key];
  if (Array.isArray(schema.enum) && schema.enum.length > 0) {
    const [first] = schema.enum as unknown[];
    return typeOf(schema) === 'INTEGER' || typeOf(schema) === 'NUMBER' ? Number(first) : first;
  }
  const [choice] = (schema.anyOf ?? schema.oneOf ?? []) as Json[];
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
      return exampleOfNumber(schema);
    case 'NULL':
      return null;
    default:
      return exampleOfText(schema, place);
  }
}

function exampleOfArray(schema: Json, place: Place): unknown[] {
  const first = ((schema.prefixItems ?? []) as Json[]).map((item) => exampleOf(item, deeper(place)));
  const isOpen = first.length === 0 || schema.items !== undefined;
  const isShallow = place.depth < DEPTH_OF_OPTIONAL;
  const wanted = Number(schema.minItems ?? (isOpen && isShallow ? 1 : 0));
  const count = Math.min(Math.max(wanted, first.length), Number(schema.maxItems ?? Infinity));
  if (count > place.left.values) throw unsupported('a schema whose examples are as large as this');
  const more = Array.from({ length: Math.max(0, count - first.length) }, () =>
    exampleOf(asObject(schema.items), deeper(place)),
  );
  return [...first, ...more].slice(0, count);
}

function exampleOfObject(schema: Json, place: Place): Json {
  const required = new Set((schema.required ?? []) as string[]);
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>);
  const wanted = properties.filter(([name]) => place.depth < DEPTH_OF_OPTIONAL || required.has(name));
  const given = wanted.map(([name, property]) => [
    name,
    exampleOf(asObject(property), { ...deeper(place), name }),
  ]);
  const others = [...required].filter((name) => !properties.some(([known]) => known === name));
  return { ...Object.fromEntries(others.map((name) => [name, name])), ...Object.fromEntries(given) } as Json;
}

function exampleOfNumber(schema: Json): number {
  const isWhole = typeOf(schema) === 'INTEGER';
  const step = Number(schema.multipleOf ?? (isWhole ? 1 : 0));
  const above =
    schema.exclusiveMinimum === undefined ? undefined : Number(schema.exclusiveMinimum) + (step || 1);
  const below =
    schema.exclusiveMaximum === undefined ? undefined : Number(schema.exclusiveMaximum) - (step || 1);
  const least = Number(schema.minimum ?? above ?? Math.min(1, Number(schema.maximum ?? below ?? 1)));
  const value = step > 0 ? Math.ceil(least / step) * step : least;
  return Math.min(value, Number(schema.maximum ?? below ?? value));
}

function exampleOfText(schema: Json, { name }: Place): string {
  const known = FORMATS[(schema.format as string | undefined) ?? ''];
  if (known !== undefined) return known;
  if (schema.pattern !== undefined) {
    throw unsupported('a pattern in a schema without an example, a default or a known format');
  }
  const least = Number(schema.minLength ?? 0);
  if (least > MAXIMUM_LENGTH) throw unsupported('a schema whose examples are as large as this');
  const characters = Array.from(name.padEnd(least, '.'));
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
