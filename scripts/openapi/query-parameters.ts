import { z } from 'zod';
import { type JsonSchema, tidyFormat } from './name-schemas.ts';
import type { OptionalParameter } from './surface.ts';

/** What the schema of a parameter can't say. */
interface ParameterNotes {
  /** Where the schema has none. */
  readonly description?: string;
  readonly example: string;
}

/**
 * Parameters of a query, from the schema that it is read by. Their schemas are short enough to stand without names.
 * @param notes on each parameter that is worth describing
 */
export function queryParameters<Name extends string>(
  schema: z.ZodObject<Record<Name, z.ZodType>>,
  notes: Readonly<Partial<Record<NoInfer<Name>, ParameterNotes>>>,
): OptionalParameter[] {
  const { properties = {} } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => tidyFormat(jsonSchema),
  });
  return Object.entries(notes as Record<string, ParameterNotes>).map(([name, note]) => {
    const { description, ...rest } = properties[name] as JsonSchema;
    return {
      name,
      in: 'query',
      description: note.description ?? `${String(description)}.`,
      schema: rest,
      example: note.example,
    };
  });
}
