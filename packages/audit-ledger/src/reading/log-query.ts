import { request } from 'undici';
import { z } from 'zod';
import { AuditError } from '../audit-error.ts';

export interface LogQueryOptions {
  /** `https://api.applicationinsights.io`, without a path. */
  readonly endpoint: string;
  /** The application id of Application Insights: a GUID. */
  readonly applicationId: string;
  /** Gives a token of the function app's managed identity for the query API. */
  readonly token: () => Promise<string>;
  /** Limit of one query, from its sending to the end of its answer. */
  readonly timeoutInMs: number;
}

/** One row, by the names of its columns. */
export type LogRow = Readonly<Record<string, unknown>>;

/**
 * Runs one query. @throws AuditError AUDIT_UNAVAILABLE and AUDIT_QUERY_REJECTED, which keep nothing of what the service
 * said; the signal's reason when that is aborted.
 */
export type LogQuery = (query: string, abortSignal: AbortSignal) => Promise<readonly LogRow[]>;

/** More than this is no answer to a query of ours: a page has 201 records at most, usage a row for each model. */
const MAXIMUM_ANSWER_BYTES = 16_777_216;
const LONGEST_WAIT_IN_MS = 3_600_000;

/** https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format; an `error` beside tables means that rows are missing. */
const QueryAnswer = z.object({
  tables: z
    .array(
      z.object({
        columns: z.array(z.object({ name: z.string() })),
        rows: z.array(z.array(z.unknown())),
      }),
    )
    .min(1),
  error: z.never().optional(),
});

/**
 * The query API of Application Insights, with an identity and no key.
 * https://learn.microsoft.com/rest/api/application-insights/query/execute
 */
export function createLogQuery({ endpoint, applicationId, token, timeoutInMs }: LogQueryOptions): LogQuery {
  const url = new URL(`/v1/apps/${applicationId}/query`, endpoint);
  return async (query, abortSignal) => {
    const bearer = await token().catch(() => {
      throw new AuditError(
        'AUDIT_UNAVAILABLE',
        "The function app's managed identity gave no token to read the records with. Try again shortly.",
      );
    });
    abortSignal.throwIfAborted();
    const limit = AbortSignal.timeout(timeoutInMs);
    try {
      return await send(url, query, bearer, timeoutInMs, AbortSignal.any([abortSignal, limit]));
    } catch (error) {
      abortSignal.throwIfAborted();
      if (error instanceof AuditError) throw error;
      throw limit.aborted ? unavailable('did not answer in time') : unavailable('cannot be reached');
    }
  };
}

async function send(
  url: URL,
  query: string,
  token: string,
  timeoutInMs: number,
  signal: AbortSignal,
): Promise<LogRow[]> {
  const { statusCode, headers, body } = await request(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      // The service gives up when nobody waits any more: https://learn.microsoft.com/azure/azure-monitor/logs/api/timeouts
      prefer: `wait=${Math.max(1, Math.ceil(timeoutInMs / 1000))}`,
    },
    body: JSON.stringify({ query }),
    signal,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  if (statusCode === 200) return readRows(await readBounded(body));
  await body.dump();
  // Documented: no content means that there is no data at all yet.
  if (statusCode === 204) return [];
  if (statusCode === 429) throw unavailable('limits how often it may be asked', headers['retry-after']);
  if (statusCode >= 500) throw unavailable('failed on its own side', headers['retry-after']);
  throw new AuditError(
    'AUDIT_QUERY_REJECTED',
    `Application Insights refused the function app (HTTP ${statusCode}). Its operators must compare the application ` +
      'id with the settings, and check the role Monitoring Reader of its managed identity.',
  );
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAXIMUM_ANSWER_BYTES) throw unreadable();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readRows(text: string): LogRow[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  const [table] = QueryAnswer.safeParse(json).data?.tables ?? [];
  if (!table) throw unreadable();
  const names = table.columns.map(({ name }) => name);
  return table.rows.map((row) => {
    if (row.length !== names.length) throw unreadable();
    return Object.fromEntries(names.map((name, index) => [name, row[index]]));
  });
}

/** What the service answered is not what it documents, or is only a part of it. */
export function unreadable(): AuditError {
  return unavailable('gave an answer that is not complete');
}

function unavailable(what: string, retryAfter?: string | string[]): AuditError {
  const retryAfterInMs = readRetryAfter(retryAfter);
  return new AuditError(
    'AUDIT_UNAVAILABLE',
    `Application Insights ${what}, so the records cannot be read. Try again shortly.`,
    retryAfterInMs === undefined ? {} : { retryAfterInMs },
  );
}

/** Seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3); an hour at most. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return milliseconds >= 0 ? Math.min(milliseconds, LONGEST_WAIT_IN_MS) : undefined;
}
