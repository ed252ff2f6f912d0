import { z } from 'zod';
import { AuditError } from '../audit-error.ts';

/** The place of Application Insights' query API, and the access to it. */
interface LogQueryOptions {
  /** `https://api.applicationinsights.io`, without a path. */
  readonly endpoint: string;
  /** The application id of Application Insights: a GUID. */
  readonly applicationId: string;
  /** Gives a token of the function app's managed identity for the query API. */
  readonly token: () => Promise<string>;
  /** The time limit of one query, from its sending to the end of its answer. */
  readonly timeoutInMs: number;
}

/** One row of an answer: its values by the names of the columns. */
export type LogRow = Readonly<Record<string, unknown>>;

/**
 * Runs one query. @throws AuditError AUDIT_UNAVAILABLE or AUDIT_QUERY_REJECTED, which hold nothing of the service's
 * answer but its status and when to try again; the signal's reason when that is aborted.
 */
export type LogQuery = (query: string, abortSignal: AbortSignal) => Promise<readonly LogRow[]>;

/** The error for an answer that is longer than is read, or than the service gives. */
export class AnswerTooLong extends AuditError {
  constructor() {
    super(
      'AUDIT_UNAVAILABLE',
      'Application Insights gave an answer that is too long, so the records cannot be read.',
    );
  }
}

/** The longest answer that is read. Queries of this package whose answer is longer ask for less at a time. */
const MAXIMUM_ANSWER_BYTES = 33_554_432;
const LONGEST_WAIT_IN_MS = 3_600_000;

/**
 * The answer to a query: https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
 * An `error` beside the tables means that rows are missing.
 */
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
 * Runs queries at the query API of Application Insights, with the token of an identity and no key.
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
  // Few processes are ever asked for records, so the first question loads the package.
  const { request } = await import('../azure/load-request.ts');
  const { statusCode, headers, body } = await request(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      // The service gives up after this time too: https://learn.microsoft.com/azure/azure-monitor/logs/api/timeouts
      prefer: `wait=${Math.max(1, Math.ceil(timeoutInMs / 1000))}`,
    },
    body: JSON.stringify({ query }),
    signal,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  if (statusCode === 200) return readRows(await readBounded(body));
  await body.dump();
  // The service documents 204 for a resource that has no data yet.
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
    if (size > MAXIMUM_ANSWER_BYTES) throw new AnswerTooLong();
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

/** Makes the error for an answer that is not as the service documents it, or is incomplete. */
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

/** Reads seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3); the result is an hour at most. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return milliseconds >= 0 ? Math.min(milliseconds, LONGEST_WAIT_IN_MS) : undefined;
}
