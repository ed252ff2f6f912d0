import type { IncomingMessage } from 'node:http';
import type { TelemetryItem } from '../telemetry-item.ts';
import { apiError, badArgument } from './api-error.ts';
import { createQueryTokenCheck, insufficientAccess, type QueryAccess } from './check-query-token.ts';
import { writeDateTime } from './date-time.ts';
import { QueryError } from './query-error.ts';
import { runQuery } from './run-query.ts';
import type { Table, Value } from './table.ts';
import { telemetryTables } from './telemetry-tables.ts';

/** An answer of the API. Its body is empty when `body` is left out. */
export interface ApiAnswer {
  readonly status: number;
  readonly body?: object;
}

type AnswerQuery = (
  request: IncomingMessage,
  body: Buffer,
  telemetry: readonly TelemetryItem[],
) => Promise<ApiAnswer | undefined>;

/**
 * Answers `POST /v1/apps/{application id}/query`; undefined for a path that is not below `/v1/`.
 * Sources: https://learn.microsoft.com/rest/api/application-insights/query/execute and
 * https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
 */
export function createAnswerQuery(
  applicationId: string,
  access: QueryAccess,
  now: () => number,
): AnswerQuery {
  const checkToken = createQueryTokenCheck(access, now);
  return async (request, body, telemetry) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '';
    if (!path.startsWith('/v1/')) return undefined;
    const application = /^\/v1\/apps\/([^/]+)\/query$/.exec(path)?.[1];
    if (application === undefined || request.method !== 'POST')
      return apiError(404, 'PathNotFoundError', 'The requested path does not exist');
    const refusal = await checkToken(request.headers.authorization);
    if (refusal) return refusal;
    if (application !== applicationId) return insufficientAccess();
    // The API answers with an empty body when the request has no body or no JSON content type, as documented.
    const isJson = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
    if (!isJson || body.length === 0) return { status: 200 };
    const query = readQueryText(body);
    if (query === undefined)
      return badArgument('SyntaxError', 'The emulator takes { "query": "…" } and nothing else.');
    try {
      return {
        status: 200,
        body: { tables: [toPrimaryResult(runQuery(query, telemetryTables(telemetry)))] },
      };
    } catch (error) {
      if (error instanceof QueryError) return badArgument(error.kind, error.message);
      throw error;
    }
  };
}

function readQueryText(body: Buffer): string | undefined {
  try {
    const { query, ...rest } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    return typeof query === 'string' && Object.keys(rest).length === 0 ? query : undefined;
  } catch {
    return undefined;
  }
}

function toPrimaryResult({ columns, rows }: Table): object {
  return {
    name: 'PrimaryResult',
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: rows.map((row) => columns.map(({ name }) => toJson(row[name]))),
  };
}

/** Writes a value as the API does: a dynamic value is JSON in a string. */
function toJson(value: Value): unknown {
  if (typeof value === 'bigint') return writeDateTime(value);
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return value ?? null;
}
