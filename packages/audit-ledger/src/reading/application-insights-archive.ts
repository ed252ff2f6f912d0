import type { ZodType } from 'zod';
import type { AuditArchive, RecordedCall, UsageSum } from './audit-archive.ts';
import { type LogQuery, type LogRow, unreadable } from './log-query.ts';
import { OUTCOMES } from '../record/record-schema.ts';
import { UTC_INSTANT } from './instant.ts';
import { COLUMN_FIELDS, type ReadField, SUMMED_FIELDS } from './record-fields.ts';
import { EDGE_RANK, findQuery, listQuery, usageQuery } from './record-queries.ts';
import { withoutUndefined } from '../record/without-undefined.ts';

/** Reads the records of the function app and of the edge from Application Insights. */
export function createApplicationInsightsArchive(query: LogQuery): AuditArchive {
  return {
    async listRecords(scope, filter, page, abortSignal) {
      return (await query(listQuery(scope, filter, page), abortSignal)).map(readRecord);
    },
    async findRecord(scope, name, abortSignal) {
      const [row] = await query(findQuery(scope, name), abortSignal);
      return row && readRecord(row);
    },
    async sumUsage(filter, abortSignal) {
      return (await query(usageQuery(filter), abortSignal)).map(readSum);
    },
  };
}

/** @throws AuditError AUDIT_UNAVAILABLE for a row that lacks a required column. */
function readRecord(row: LogRow): RecordedCall {
  const time = readText(row, 'timestamp');
  const rank = readNumber(row, 'rank');
  const { id, requestId, ...others } = Object.fromEntries(
    COLUMN_FIELDS.map((field) => [field.name, readField(row, field)]),
  );
  if (
    typeof id !== 'string' ||
    typeof requestId !== 'string' ||
    time === undefined ||
    !UTC_INSTANT.test(time)
  )
    throw unreadable();
  const recordedBy = rank === EDGE_RANK ? 'edge' : 'function-app';
  return withoutUndefined<RecordedCall>({ id, requestId, time, recordedBy, ...others });
}

/** Reads a field; undefined where it is not known. @throws AuditError AUDIT_UNAVAILABLE for a value of another form. */
function readField(row: LogRow, { name, form, schema }: ReadField): unknown {
  if (form === 'number') return readNumber(row, name);
  const text = readText(row, name);
  if (text === undefined) return undefined;
  switch (form) {
    case 'whole number':
      return Number(text);
    case 'boolean':
      return text === 'true';
    case 'names':
      return text.split(' ');
    case 'json':
      return readJson(text, schema);
    case 'text':
      return text;
  }
}

function readJson(text: string, schema: ZodType): unknown {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Text that is no JSON is as unreadable as JSON of another shape.
  }
  throw unreadable();
}

function readSum(row: LogRow): UsageSum {
  const counts = <Name extends string>(columns: readonly Name[]) =>
    Object.fromEntries(columns.map((name) => [name, readNumber(row, name) ?? 0])) as Record<Name, number>;
  return withoutUndefined<UsageSum>({
    publisher: readText(row, 'publisher'),
    model: readText(row, 'model'),
    endpoint: readText(row, 'endpoint'),
    day: readText(row, 'day')?.slice(0, 10),
    operation: readText(row, 'operation'),
    finding: readText(row, 'finding'),
    findings: readNumber(row, 'found'),
    ...counts(['calls', ...SUMMED_FIELDS.map(({ name }) => name)]),
    outcomes: counts(OUTCOMES),
  });
}

/** Undefined for a value that was not known, which the service gives as an empty string, and for a missing column. */
function readText(row: LogRow, column: string): string | undefined {
  const value = row[column];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw unreadable();
}

/** Reads a number, which some versions of the service give as text. */
function readNumber(row: LogRow, column: string): number | undefined {
  const value = row[column];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw unreadable();
}
