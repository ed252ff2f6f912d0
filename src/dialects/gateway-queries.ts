import { z } from 'zod';
import { INSTANT_BOUNDS, isWithinBounds } from '@vertex-ai-gateway/audit-ledger/reading';
import { RECORD_FILTERS } from './record-filters.ts';

const DAY_IN_MS = 86_400_000;
const INSTANT_RULE =
  'must be a date such as 2026-01-31, or an RFC 3339 instant such as 2026-01-31T12:00:00Z, whose + is written as %2B';

/** A calendar date, or an instant with its offset. https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
const Instant = z.union([z.iso.date(), z.iso.datetime({ offset: true })], INSTANT_RULE);

/** The beginning of a period. A date stands for its first instant in UTC. */
const From = Instant.transform((text) => new Date(text))
  .refine(isWithinBounds, INSTANT_BOUNDS)
  .optional()
  .describe('The beginning: a date in UTC or an RFC 3339 instant; that of the last day when left out');

/** The end of a period, exclusive. A date includes its whole day in UTC, so the period ends when the next day begins. */
const To = Instant.transform((text) => new Date(text.includes('T') ? text : Date.parse(text) + DAY_IN_MS))
  .refine(isWithinBounds, INSTANT_BOUNDS)
  .optional()
  .describe('The end: the last date in UTC, or the first RFC 3339 instant outside; today when left out');

/** The query of `GET v1/usage`. */
export const UsageQuery = z.strictObject({
  from: From,
  to: To,
  by: z
    .enum(['model', 'day', 'operation', 'finding'], 'must be model, day, operation or finding')
    .default('model')
    .describe('The key of the sums: each of its values has a row'),
});

/** The query of `GET v1/audit`. It has a parameter for each field by whose value records can be listed. */
export const AuditQuery = z.strictObject({
  from: From,
  to: To,
  caller: z
    .string()
    .regex(/^[ !#-[\]-~\u00a0-\uffff]{1,256}$/, 'must be an object id or application id')
    .optional()
    .describe('An object id or application id; others than one’s own are for auditors'),
  model: z
    .string()
    .regex(/^[A-Za-z0-9][\w.@/-]{0,199}$/, 'must be a name of a model or endpoint')
    .optional()
    .describe('A catalog name, an alias, a model or the number of an endpoint'),
  ...RECORD_FILTERS,
  finding: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be a kind of finding such as email')
    .optional()
    .describe('Kind of values that were found in the content'),
  format: z
    .enum(['json', 'jsonl', 'csv'], 'must be json, jsonl or csv')
    .optional()
    .describe('A page of JSON, or all of the period as JSON lines or CSV; goes before the header Accept'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'must be a whole number from 1 to 200')
    .transform(Number)
    .optional()
    .describe('Number of records that a page of JSON has at most; 50 when left out'),
  cursor: z
    .string()
    .regex(/^[\w-]{1,400}$/, 'must be the nextCursor of an answer, unchanged')
    .optional()
    .describe('`nextCursor` of the page before, with the same other parameters'),
});

/** The query of `GET v1/audit:verify`. */
export const AuditVerifyQuery = z.strictObject({
  from: From.describe(
    'The beginning: a date in UTC or an RFC 3339 instant; 30 days before the end when left out',
  ),
  to: To.describe('The end: the last date in UTC, or the first RFC 3339 instant outside; now when left out'),
  graceInMinutes: z
    .string()
    .regex(/^(\d{1,3}|1[0-3]\d\d|14[0-3]\d|1440)$/, 'must be a whole number from 0 to 1440')
    .default('10')
    .transform(Number)
    .describe('Minutes that records may take to show in Application Insights before they are missed'),
  retentionInDays: z
    .string()
    .regex(
      /^([4-9]|[1-9]\d{1,2}|[1-3]\d{3}|4[0-2]\d{2}|43[0-7]\d|438[0-3])$/,
      'must be a whole number from 4 to 4383',
    )
    .default('90')
    .transform(Number)
    .describe('Days for which the workspace of Application Insights keeps records'),
  ledgerOnly: z
    .enum(['true', 'false'])
    .default('false')
    .describe(
      "`true` to leave Application Insights out: neither its records nor the edge's requests are looked at",
    ),
});

/** The query of `GET v1/doctor`. */
export const DoctorQuery = z.strictObject({
  format: z
    .enum(['json', 'text'])
    .optional()
    .describe('Format of the report; as the header Accept says when left out, and else JSON'),
});
