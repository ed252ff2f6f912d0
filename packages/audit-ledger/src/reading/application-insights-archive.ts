import type { ZodType } from 'zod';
import type { AuditArchive, RecordedCall, UsageSum } from './audit-archive.ts';
import { type LogQuery, type LogRow, unreadable } from './log-query.ts';
import { NUMBER_FIELDS, TEXT_FIELDS } from './record-fields.ts';
import { ContentReference, Findings } from '../record/record-schema.ts';
import { findQuery, listQuery, usageQuery } from './record-queries.ts';
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

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?Z$/;

/** The rank of the edge's records, which is the least. */
const EDGE_RANK = 0.1;

/** @throws AuditError AUDIT_UNAVAILABLE for a row that lacks a required column. */
function readRecord(row: LogRow): RecordedCall {
  const id = readText(row, 'id');
  const time = readText(row, 'timestamp');
  const rank = readNumber(row, 'rank');
  const { requestId, version, revision, status, isDelegated, roles, findings, content, ...texts } =
    Object.fromEntries(TEXT_FIELDS.map((field) => [field, readText(row, field)]));
  if (id === undefined || requestId === undefined || time === undefined || !TIME.test(time))
    throw unreadable();
  const numbers = Object.fromEntries(NUMBER_FIELDS.map((field) => [field, readNumber(row, field)]));
  return withoutUndefined({
    id,
    requestId,
    time,
    recordedBy: rank === EDGE_RANK ? 'edge' : 'function-app',
    version: toNumber(version),
    revision: toNumber(revision),
    ...texts,
    status: toNumber(status),
    isDelegated: isDelegated === undefined ? undefined : isDelegated === 'true',
    roles: roles?.split(' '),
    findings: findings === undefined ? undefined : readJson(findings, Findings),
    content: content === undefined ? undefined : readJson(content, ContentReference),
    ...numbers,
  });
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function readJson<Value>(text: string, schema: ZodType<Value>): Value {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Text that is no JSON is as unreadable as JSON of another shape.
  }
  throw unreadable();
}

function readSum(row: LogRow): UsageSum {
  const count = (column: string): number => readNumber(row, column) ?? 0;
  return withoutUndefined({
    publisher: readText(row, 'publisher'),
    model: readText(row, 'model'),
    endpoint: readText(row, 'endpoint'),
    day: readText(row, 'day')?.slice(0, 10),
    operation: readText(row, 'operation'),
    calls: count('calls'),
    outcomes: {
      answered: count('answered'),
      denied: count('denied'),
      failed: count('failed'),
      interrupted: count('interrupted'),
      aborted: count('aborted'),
    },
    inputTokens: count('inputTokens'),
    outputTokens: count('outputTokens'),
    totalTokens: count('totalTokens'),
    cachedTokens: count('cachedTokens'),
    cacheWriteTokens: count('cacheWriteTokens'),
    instances: count('instances'),
    costInUsd: count('costInUsd'),
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
