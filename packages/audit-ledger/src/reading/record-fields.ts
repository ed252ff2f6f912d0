import { z } from 'zod';
import type { FieldFacts, RecordField } from '../record/record-field.ts';
import { type FieldFilter, RECORD_FIELDS, type SummedField } from '../record/record-schema.ts';

/**
 * The form in which Application Insights has a field. A `number` is a measurement. The others are texts: of a whole
 * number, of true or false, of names with spaces between them, of JSON, or a text as it is.
 */
type FieldForm = 'number' | 'whole number' | 'boolean' | 'names' | 'json' | 'text';

/** A field of a record as it is read from Application Insights. */
export interface ReadField {
  /** The field's name in answers, in columns of CSV and in columns of queries. */
  readonly name: string;
  /** The field's name in records, under which Application Insights has it. */
  readonly attribute: string;
  readonly form: FieldForm;
  /** The schema of the value in records. */
  readonly schema: z.ZodType;
  /** The only values that records have; empty for a field with any others. */
  readonly values: readonly string[];
  readonly facts: FieldFacts;
}

/** The fields of records that answers give, in the order of columns of CSV. */
export const ANSWER_FIELDS: readonly ReadField[] = Object.entries<RecordField>(RECORD_FIELDS)
  .filter(([, { facts }]) => facts.isLeftOutOfAnswers !== true)
  .map(([attribute, { schema, facts }]) => {
    const present = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
    return {
      name: facts.answerName ?? attribute,
      attribute,
      form: formOf(present, facts),
      schema: present,
      values: valuesOf(present),
      facts,
    };
  });

/** The names of all members that an answer gives of a record. `recordedBy` is no field: it tells the recorder. */
export const ANSWER_NAMES: readonly string[] = ANSWER_FIELDS.flatMap(({ name }) =>
  name === 'time' ? [name, 'recordedBy'] : [name],
);

/** The fields that are columns of queries. The time of a record is that of its telemetry, `timestamp`. */
export const COLUMN_FIELDS = ANSWER_FIELDS.filter(({ name }) => name !== 'time');

/** The fields that are summed over calls. */
export const SUMMED_FIELDS = ANSWER_FIELDS.filter(({ facts }) => facts.isSummed) as readonly (ReadField & {
  readonly name: SummedField;
})[];

/** The fields by whose values records can be listed, in the order of a query's filters. */
export const FILTER_FIELDS = ANSWER_FIELDS.filter(({ facts }) => facts.filter).toSorted(
  (one, other) => (one.facts.filter?.place ?? 0) - (other.facts.filter?.place ?? 0),
) as readonly (ReadField & { readonly name: keyof FieldFilter })[];

function formOf(schema: z.ZodType, { isShippedAsText, isListOfOne }: FieldFacts): FieldForm {
  if (isShippedAsText) return 'whole number';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodString)
    return isListOfOne ? 'text' : 'names';
  return schema instanceof z.ZodArray || schema instanceof z.ZodObject ? 'json' : 'text';
}

function valuesOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  return schema instanceof z.ZodLiteral ? [...schema.values].map(String) : [];
}
