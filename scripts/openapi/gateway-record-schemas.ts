import { z } from 'zod';
import { ANSWER_FIELDS, type ReadField, SUMMED_FIELDS } from '@vertex-ai-gateway/audit-ledger/reading';
import { OUTCOMES } from '@vertex-ai-gateway/audit-ledger/record';
import { gatewayComponents } from './gateway-schemas.ts';

/** The members that an answer always has. */
const REQUIRED = new Set(['id', 'requestId', 'time']);

/** Describes a field as answers have it. The gateway does not check the values that Application Insights gives. */
function answerSchema({ name, form, schema, values, facts }: ReadField): z.ZodType {
  const value = valueSchema(form, schema);
  const choices = values.length > 1 ? ` One of ${values.join(', ')}.` : '';
  return (REQUIRED.has(name) ? value : value.optional()).describe(`${facts.description}.${choices}`);
}

function valueSchema(form: ReadField['form'], schema: z.ZodType): z.ZodType {
  switch (form) {
    case 'number':
      return z.number();
    case 'whole number':
      return z.int();
    case 'boolean':
      return z.boolean();
    case 'names':
      return z.array(z.string());
    case 'json':
      return withoutBounds(schema);
    case 'text':
      return z.string();
  }
}

/** Leaves out the bounds of texts and numbers in a schema. */
function withoutBounds(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodArray) return z.array(withoutBounds(schema.element as z.ZodType));
  if (schema instanceof z.ZodNumber) return z.int();
  if (!(schema instanceof z.ZodObject)) return z.string();
  const members = Object.entries<z.ZodType>(schema.shape);
  return z.strictObject(
    Object.fromEntries(
      members.map(([name, member]) => [
        name,
        withoutBounds(member).describe(`${String(member.description)}.`),
      ]),
    ),
  );
}

const recordedBy = z
  .enum(['edge', 'function-app'])
  .describe('The edge records the calls that it refuses; the function app records all others.');

export const RecordedCall = z
  .strictObject(
    Object.fromEntries(
      ANSWER_FIELDS.flatMap((field): [string, z.ZodType][] => [
        [field.name, answerSchema(field)],
        ...(field.name === 'time' ? [['recordedBy', recordedBy] as [string, z.ZodType]] : []),
      ]),
    ),
  )
  .describe('The record of one call; members that are not known are left out.')
  .register(gatewayComponents, { id: 'RecordedCall' });

export const RecordPage = z
  .strictObject({
    records: z.array(RecordedCall).describe('Records, the newest first.'),
    nextCursor: z
      .string()
      .optional()
      .describe('Cursor that asks for the next page; left out on the last one.'),
  })
  .describe('One page of records.')
  .register(gatewayComponents, { id: 'RecordPage' });

export const RecordLines = z
  .string()
  .describe(
    'A record as JSON on each line; a last line with the member error alone where the list broke off.',
  )
  .register(gatewayComponents, { id: 'RecordLines' });

export const RecordTable = z
  .string()
  .describe(
    'A head, and a row for each record; a last row with the column error alone where the list broke off.',
  )
  .register(gatewayComponents, { id: 'RecordTable' });

const ENDINGS: Readonly<Record<(typeof OUTCOMES)[number], string>> = {
  answered: 'Calls that were answered.',
  denied: 'Calls that were denied.',
  failed: 'Calls that failed.',
  interrupted: 'Streams that broke off.',
  aborted: 'Calls whose caller went away.',
};
const COST = z
  .number()
  .optional()
  .describe(
    'Estimate in US dollars, by the prices that the catalog had at the time; left out where it has none.',
  );
const figures = {
  calls: z.int().describe('Number of calls.'),
  outcomes: z
    .strictObject(
      Object.fromEntries(OUTCOMES.map((outcome) => [outcome, z.int().describe(ENDINGS[outcome])])),
    )
    .describe('Number of calls by outcome.'),
  ...Object.fromEntries(
    SUMMED_FIELDS.map(({ name, facts }) => [
      name,
      name === 'costInUsd' ? COST : z.int().describe(`${facts.description}.`),
    ]),
  ),
};

const UsageTotal = z
  .strictObject(figures)
  .describe('Usage of all calls together.')
  .register(gatewayComponents, { id: 'UsageTotal' });

const UsageRow = z
  .strictObject({
    model: z.string().optional().describe('Name of the catalog entry, in sums by model.'),
    day: z.string().optional().describe('The day in UTC, in sums by day.'),
    operation: z.string().optional().describe('The operation, in sums by operation.'),
    finding: z.string().optional().describe('The kind of values that were found, in sums by finding.'),
    findings: z.int().optional().describe('Number of values of that kind, in sums by finding.'),
    ...figures,
  })
  .describe(
    'Usage of the calls of one model, day or operation, which is not named for calls that reached none, or of the calls in which values of one kind were found.',
  )
  .register(gatewayComponents, { id: 'UsageRow' });

export const Usage = z
  .strictObject({
    policyVersion: z.string().describe('Content hash of the policy documents.'),
    subscriptionId: z.string().describe('The APIM subscription.'),
    from: z.string().describe('The beginning of the period.'),
    to: z.string().describe('The first instant after the period.'),
    by: z.enum(['model', 'day', 'operation', 'finding']).describe('The key of the sums.'),
    usage: z.array(UsageRow).describe('One row for each model, day, operation or kind of findings.'),
    total: UsageTotal.describe('Sums of all calls, each of which counts once.'),
  })
  .describe('Usage of an APIM subscription in a period.')
  .register(gatewayComponents, { id: 'Usage' });
