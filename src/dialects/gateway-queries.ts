import { z } from 'zod';

const DAY_IN_MS = 86_400_000;
const INSTANT_RULE =
  'must be a date such as 2026-01-31, or an RFC 3339 instant such as 2026-01-31T12:00:00Z, whose + is written as %2B';

/** A calendar date, or an instant with its offset. https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
const Instant = z.union([z.iso.date(), z.iso.datetime({ offset: true })], INSTANT_RULE);

/** A date is the beginning of that day, in UTC. */
const From = Instant.transform((text) => new Date(text))
  .optional()
  .describe('The beginning: a date in UTC or an RFC 3339 instant; that of the last day when left out');

/** Outside the period; a date stands for the whole of that day, so it ends when the next one begins. */
const To = Instant.transform((text) => new Date(text.includes('T') ? text : Date.parse(text) + DAY_IN_MS))
  .optional()
  .describe('The end: the last date in UTC, or the first RFC 3339 instant outside; today when left out');

/** `GET v1/usage` */
export const UsageQuery = z.strictObject({
  from: From,
  to: To,
  by: z
    .enum(['model', 'day', 'operation'], 'must be model, day or operation')
    .default('model')
    .describe('What is summed apart'),
});

/** `GET v1/audit` */
export const AuditQuery = z.strictObject({
  from: From,
  to: To,
  model: z
    .string()
    .regex(/^[A-Za-z0-9][\w.@/-]{0,199}$/, 'must be a name of a model or endpoint')
    .optional()
    .describe('A catalog name, an alias, a model or the number of an endpoint'),
  location: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be a location such as europe-west4')
    .optional()
    .describe('A Google Cloud location'),
  outcome: z
    .enum(
      ['answered', 'denied', 'failed', 'interrupted', 'aborted'],
      'must be answered, denied, failed, interrupted or aborted',
    )
    .optional()
    .describe('How the call ended'),
  decision: z
    .enum(['allow', 'deny'], 'must be allow or deny')
    .optional()
    .describe('What was decided of the call'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'must be a whole number from 1 to 200')
    .default('50')
    .transform(Number)
    .describe('How many records a page has at most'),
  cursor: z
    .string()
    .regex(/^[\w-]{1,400}$/, 'must be a nextCursor, as it was given')
    .optional()
    .describe('`nextCursor` of the page before, with the same other parameters'),
});

/** `GET v1/audit:verify` */
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
    .describe('How long records may take to show in Application Insights before they are missed'),
});
