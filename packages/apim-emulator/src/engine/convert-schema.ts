import type { Schema } from './operation-contract.ts';

/** The name under which the schemas are kept that others refer to. */
export const COMPONENTS = 'components.json';

/** The keywords that mean the same in both dialects, and hold no schemas. */
const PLAIN = [
  'title',
  'description',
  'default',
  'type',
  'enum',
  'format',
  'pattern',
  'required',
  'multipleOf',
  'minimum',
  'maximum',
  'uniqueItems',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
];

/**
 * Returns the JSON Schema that a schema of OpenAPI 3.0 amounts to: nothing beside a `$ref` counts, `nullable` allows
 * null, and exclusive bounds are numbers.
 * Source: https://spec.openapis.org/oas/v3.0.3#schema-object
 * @param additional overrides every `additionalProperties`, where it is given.
 */
export function convertSchema(schema: Schema, additional: boolean | undefined): Schema {
  const inner = (value: unknown): unknown =>
    typeof value === 'object' && value !== null ? convertSchema(value as Schema, additional) : value;
  if (typeof schema.$ref === 'string') return { $ref: schema.$ref.replace(/^#/, `${COMPONENTS}#`) };
  const converted: Record<string, unknown> = {};
  for (const keyword of PLAIN) {
    if (schema[keyword] !== undefined) converted[keyword] = schema[keyword];
  }
  exclude(schema, converted, 'exclusiveMinimum', 'minimum');
  exclude(schema, converted, 'exclusiveMaximum', 'maximum');
  if (schema.items !== undefined) converted.items = inner(schema.items);
  if (schema.not !== undefined) converted.not = inner(schema.not);
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    if (Array.isArray(schema[keyword])) converted[keyword] = schema[keyword].map(inner);
  }
  if (typeof schema.properties === 'object' && schema.properties !== null) {
    const properties = Object.entries(schema.properties);
    converted.properties = Object.fromEntries(properties.map(([name, value]) => [name, inner(value)]));
  }
  if (schema.additionalProperties !== undefined)
    converted.additionalProperties = inner(schema.additionalProperties);
  if (additional !== undefined && (schema.type === 'object' || schema.properties !== undefined))
    converted.additionalProperties = additional;
  return schema.nullable === true ? allowNull(converted) : converted;
}

function allowNull(schema: Record<string, unknown>): Schema {
  if (typeof schema.type !== 'string' || 'allOf' in schema) return { anyOf: [schema, { type: 'null' }] };
  const { enum: values } = schema;
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }),
  };
}

function exclude(schema: Schema, converted: Record<string, unknown>, flag: string, bound: string): void {
  if (schema[flag] !== true || schema[bound] === undefined) return;
  converted[flag] = schema[bound];
  Reflect.deleteProperty(converted, bound);
}
