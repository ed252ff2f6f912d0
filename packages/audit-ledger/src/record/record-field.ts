import type { z } from 'zod';

/** The party that knows a field's value. */
type Source = 'API Management' | 'token' | 'call' | 'governance' | 'gateway' | 'Vertex AI';

/** The facts of a field. Columns, answers, queries, OpenAPI documents and tables of fields derive from them. */
export interface FieldFacts {
  readonly description: string;
  readonly source: Source;
  readonly unit?: 'ms' | 'bytes' | 'tokens' | 'requests' | 'searches' | 'US dollars';
  /** True for a field that names or singles out a person, alone or with other fields. */
  readonly isPersonal?: true;
  /** The field's name in answers and in columns of CSV; left out for a field that keeps its name. */
  readonly answerName?: string;
  /** True for a field that answers leave out, because another field says the same. */
  readonly isLeftOutOfAnswers?: true;
  /** True for a list that has one item at most. Answers give the item alone. */
  readonly isListOfOne?: true;
  /** True for a whole number that names something and is never summed. It is shipped as text, as the edge sends it. */
  readonly isShippedAsText?: true;
  /** The place among the filters of a query, and an example, for a field by whose value records can be listed. */
  readonly filter?: { readonly place: number; readonly example: string };
  /** True for a number that is summed over calls. */
  readonly isSummed?: true;
}

/** The part of a record that is the first to have a field. */
type Stage = 'opening' | 'closing';

/** A field of a record. */
export interface RecordField<
  Schema extends z.ZodType = z.ZodType,
  First extends Stage = Stage,
  Facts extends FieldFacts = FieldFacts,
> {
  readonly schema: Schema;
  readonly stage: First;
  readonly facts: Facts;
}

/** Declares a field that is known when a call is let through, before Google is called. */
export function opening<Schema extends z.ZodType, const Facts extends FieldFacts>(
  schema: Schema,
  facts: Facts,
): RecordField<Schema, 'opening', Facts> {
  return { schema: describe(schema, facts), stage: 'opening', facts };
}

/** Declares a field that is known only when a call has ended. */
export function closing<Schema extends z.ZodType, const Facts extends FieldFacts>(
  schema: Schema,
  facts: Facts,
): RecordField<Schema, 'closing', Facts> {
  return { schema: describe(schema, facts), stage: 'closing', facts };
}

function describe<Schema extends z.ZodType>(schema: Schema, facts: FieldFacts): Schema {
  return schema.meta({ ...facts });
}
