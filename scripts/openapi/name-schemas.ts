import { z } from 'zod';
import type { Surface } from './surface.ts';

/** A schema in the form of OpenAPI 3.0.3. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Formats of texts that are kept: https://spec.openapis.org/oas/v3.0.3#data-types and https://json-schema.org/draft-07 */
const FORMATS = new Set(['date', 'date-time', 'uuid', 'uri', 'email']);
const ROOT = '#/components/schemas/';

/**
 * Writes the named schemas of a surface in the form of OpenAPI: https://spec.openapis.org/oas/v3.0.3#schema-object
 * The schemas refer to each other by name.
 * @throws Error for a schema that has no such form.
 */
export function nameSchemas({ components }: Pick<Surface, 'components'>): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(components, {
    target: 'openapi-3.0',
    // The input form is right for requests; answers have no defaults.
    io: 'input',
    uri: (name) => `${ROOT}${name}`,
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      delete schema.$id;
      return [name, schema];
    }),
  );
}

/** Keeps the named schemas that a part of the document refers to, directly or through other schemas. */
export function keepReferred(
  schemas: Readonly<Record<string, JsonSchema>>,
  part: unknown,
): Record<string, JsonSchema> {
  const kept = new Set<string>();
  const waiting = namesIn(part);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (kept.has(name)) continue;
    kept.add(name);
    waiting.push(...namesIn(schemas[name]));
  }
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => kept.has(name)));
}

function namesIn(part: unknown): string[] {
  return [...JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name);
}

/** Writes a reference to a named schema. @throws Error when the surface doesn't name it. */
export function referTo({ components }: Pick<Surface, 'components'>, schema: z.ZodType): JsonSchema {
  const name = components.get(schema)?.id;
  if (name === undefined) throw new Error('A schema of an operation is not one of the components.');
  return { $ref: `${ROOT}${name}` };
}

/** Removes zod's additions that readers don't need, and completes the schema for OpenAPI 3.0.3. */
function tidy(schema: Record<string, unknown>): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  tidyFormat(schema);
  const { additionalProperties: others, properties } = schema;
  if (typeof others === 'object' && others !== null && Object.keys(others).length === 0)
    schema.additionalProperties = true;
  if (typeof properties === 'object' && properties !== null && Object.keys(properties).length === 0)
    delete schema.properties;
  // "nullable" adds null to the type, not to the enum: https://spec.openapis.org/oas/v3.0.3#fixed-fields-19
  if (schema.nullable === true && Array.isArray(schema.enum) && !schema.enum.includes(null))
    schema.enum = [...(schema.enum as unknown[]), null];
  putFirst(schema, ['type', 'description']);
}

/** Keeps a standard format in place of its pattern, and a pattern in place of a format that only zod knows. */
export function tidyFormat(schema: Record<string, unknown>): void {
  const isKnown = typeof schema.format === 'string' && FORMATS.has(schema.format);
  if (isKnown) delete schema.pattern;
  else delete schema.format;
}

/** Moves keys to the front, so that people read them first. */
function putFirst(schema: Record<string, unknown>, keys: readonly string[]): void {
  const first = keys.filter((key) => key in schema).map((key) => [key, schema[key]] as const);
  const others = Object.entries(schema).filter(([key]) => !keys.includes(key));
  for (const key of Object.keys(schema)) Reflect.deleteProperty(schema, key);
  Object.assign(schema, Object.fromEntries([...first, ...others]));
}
