import {
  anchorsQuery,
  type PageKey,
  requestsQuery,
  shippedRecordsQuery,
  tracedRecordsQuery,
} from './evidence-queries.ts';
import { type LogQuery, type LogRow, unreadable } from '../reading/log-query.ts';
import type { Anchor, ShippedRecord, TracedCall } from './evidence.ts';
import type { Period } from '../time/period.ts';

/** Reads the evidence about the ledger from Application Insights. Every method throws what its queries throw. */
export interface ApplicationInsightsEvidence {
  /** Reads the anchors that were sent in the period. */
  anchors(period: Period, abortSignal: AbortSignal): Promise<Anchor[]>;
  /** Reads the shipped records of the period, in the order of their writers and sequences. */
  records(period: Period, abortSignal: AbortSignal): AsyncGenerator<ShippedRecord, void>;
  /** Reads the edge's requests of the period, in the order of their traces. */
  requests(period: Period, abortSignal: AbortSignal): AsyncGenerator<TracedCall, void>;
  /** Reads the records of both recorders of the period, one for each call, in the order of their traces. */
  tracedRecords(period: Period, abortSignal: AbortSignal): AsyncGenerator<TracedCall, void>;
}

/** The rows of a page. Narrow rows and whole records have different limits, so that no answer is too long. */
const NARROW_ROWS = 20_000;
const WHOLE_RECORDS = 1_000;

/** The operation name of a message to the MCP server, which `apim/mcp-servers` defines. */
const MCP_MESSAGE = /^[A-Z]+ \/agents\/mcp$/;

/** Reads the evidence with the given queries, page by page. */
export function createApplicationInsightsEvidence(query: LogQuery): ApplicationInsightsEvidence {
  async function* rowsOf(
    write: (after: PageKey | undefined, limit: number) => string,
    keyOf: (row: LogRow) => PageKey,
    limit: number,
    abortSignal: AbortSignal,
  ): AsyncGenerator<LogRow, void> {
    let after: PageKey | undefined;
    for (;;) {
      const rows = await query(write(after, limit), abortSignal);
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < limit) return;
      after = keyOf(last);
    }
  }

  return {
    async anchors(period, abortSignal) {
      const anchors: Anchor[] = [];
      const write = (after: PageKey | undefined, limit: number) => anchorsQuery(period, after, limit);
      for await (const row of rowsOf(write, placeOf, NARROW_ROWS, abortSignal))
        anchors.push({
          writer: readText(row, 'writer'),
          sequence: readSequence(row),
          hash: readText(row, 'hash'),
        });
      return anchors;
    },

    async *records(period, abortSignal) {
      const write = (after: PageKey | undefined, limit: number) => shippedRecordsQuery(period, after, limit);
      for await (const row of rowsOf(write, placeOf, WHOLE_RECORDS, abortSignal))
        yield {
          writer: readText(row, 'writer'),
          sequence: readSequence(row),
          hash: readText(row, 'hash'),
          time: readTime(row),
          name: readText(row, 'name'),
          itemCount: readNumber(row, 'itemCount'),
          properties: readObject(row, 'customDimensions'),
          measurements: readObject(row, 'customMeasurements'),
        };
    },

    async *requests(period, abortSignal) {
      const write = (after: PageKey | undefined, limit: number) => requestsQuery(period, after, limit);
      const keyOf = (row: LogRow) => ({ text: readText(row, 'operation_Id'), rank: readText(row, 'id') });
      for await (const row of rowsOf(write, keyOf, NARROW_ROWS, abortSignal)) {
        const operation = readText(row, 'operationName');
        const isOptional = isNobodysCall(operation, readText(row, 'api')) || isHandedOn(row);
        // https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-sampling#how-sampling-works
        const isSampled = Number(row.itemCount) > 1;
        yield {
          traceId: readText(row, 'operation_Id'),
          time: readTime(row),
          operation,
          isOptional,
          isSampled,
        };
      }
    },

    async *tracedRecords(period, abortSignal) {
      const write = (after: PageKey | undefined, limit: number) => tracedRecordsQuery(period, after, limit);
      const keyOf = (row: LogRow) => ({ text: readText(row, 'traceId'), rank: readText(row, 'requestId') });
      for await (const row of rowsOf(write, keyOf, NARROW_ROWS, abortSignal))
        yield {
          traceId: readText(row, 'traceId'),
          time: readTime(row),
          recordId: readText(row, 'requestId'),
        };
    },
  };
}

/**
 * Tells whether a request may have no record of its own. One that reaches no API can be a health probe. A browser's
 * preflight comes before its call. A message to an MCP server can lead to a call by a tool, which is on record instead.
 */
function isNobodysCall(operation: string, api: string): boolean {
  return api === '' || operation.startsWith('OPTIONS ') || MCP_MESSAGE.test(operation);
}

/**
 * Tells whether the edge handed a request on to itself, as it does when the key is not in API Management's own header.
 * The record and the id in the answer are then those of the second request. A request whose client left before the
 * answer has a record itself.
 */
function isHandedOn(row: LogRow): boolean {
  const answeredBy = readText(row, 'answeredBy');
  return answeredBy !== '' && answeredBy !== readText(row, 'requestId');
}

function placeOf(row: LogRow): PageKey {
  return { text: readText(row, 'writer'), rank: readSequence(row) };
}

function readText(row: LogRow, name: string): string {
  const value = row[name] ?? '';
  if (typeof value === 'string') return value;
  throw unreadable();
}

/** Reads the sequence of an entry; -1 where the event has no number. */
function readSequence(row: LogRow): number {
  return row.sequence === null ? -1 : readNumber(row, 'sequence');
}

/** Reads a whole number, which some versions of the service give as text. */
function readNumber(row: LogRow, name: string): number {
  const value = row[name];
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw unreadable();
}

function readTime(row: LogRow): Date {
  const time = new Date(readText(row, 'timestamp'));
  if (Number.isNaN(time.getTime())) throw unreadable();
  return time;
}

/** Reads a dynamic value, which is JSON in a text or an object. */
function readObject(row: LogRow, name: string): Record<string, unknown> {
  const value = row[name];
  if (value === null || value === undefined || value === '') return {};
  try {
    const json: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch {
    // The error below is thrown for every value that is not an object.
  }
  throw unreadable();
}
