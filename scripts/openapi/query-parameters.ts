import { z } from 'zod';
import { type JsonSchema, tidyFormat } from './name-schemas.ts';
import type { OptionalParameter } from './surface.ts';

/** Additions to the schema of a parameter. */
interface ParameterNotes {
  /** The description, for a schema without one. */
  readonly description?: string;
  readonly example: string;
}

/**
 * Describes parameters of a query from the schema that reads it.
 * @param notes additions for the parameters to describe; others are left out.
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
