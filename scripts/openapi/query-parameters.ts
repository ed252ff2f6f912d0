import { z } from 'zod';
import type { JsonSchema } from './name-schemas.ts';
import type { OptionalParameter } from './surface.ts';

/**
 * The parameters of a query, from the schema that it is read by. Their schemas are short enough to stand without names.
 * @param examples one for each parameter
 */
export function queryParameters<Schema extends z.ZodObject>(
  schema: Schema,
  examples: Readonly<Record<keyof Schema['shape'], string>>,
): OptionalParameter[] {
  const { properties = {} } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => {
    const { description = '', ...rest } = property;
    return {
      name,
      in: 'query',
      description: `${String(description)}.`,
      schema: rest,
      example: examples[name as keyof Schema['shape']],
    };
  });
}
