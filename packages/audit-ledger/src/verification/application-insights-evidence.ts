import {
  anchorsQuery,
  type PageKey,
  requestsQuery,
  shippedRecordsQuery,
  tracedRecordsQuery,
} from './evidence-queries.ts';
import { type LogQuery, type LogRow, unreadable } from '../reading/log-query.ts';
import type { Anchor, ShippedRecord, TracedCall, VerifiedPeriod } from './evidence.ts';

/** What Application Insights knows of the ledger. Throws what its queries throw. */
export interface ApplicationInsightsEvidence {
  anchors(period: VerifiedPeriod, abortSignal: AbortSignal): Promise<Anchor[]>;
  /** By writer and sequence. */
  records(period: VerifiedPeriod, abortSignal: AbortSignal): AsyncGenerator<ShippedRecord, void>;
  /** Requests at the edge, by trace. */
  requests(period: VerifiedPeriod, abortSignal: AbortSignal): AsyncGenerator<TracedCall, void>;
  /** Records of either recorder, by trace. */
  tracedRecords(period: VerifiedPeriod, abortSignal: AbortSignal): AsyncGenerator<TracedCall, void>;
}

/** Of narrow rows, and of whole records, so that an answer stays well below what is read of it. */
const NARROW_ROWS = 20_000;
const WHOLE_RECORDS = 1_000;

/** `apim/mcp-servers` has it. */
const MCP_MESSAGE = /^[A-Z]+ \/agents\/mcp$/;

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
          fields: { ...readObject(row, 'customDimensions'), ...readObject(row, 'customMeasurements') },
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
 * What reaches no API can be a health probe; a browser's preflight comes before its call; of a message to an MCP server
 * it can be the call that its tool makes which is on record.
 */
function isNobodysCall(operation: string, api: string): boolean {
  return api === '' || operation.startsWith('OPTIONS ') || MCP_MESSAGE.test(operation);
}

/**
 * Where the key is not in API Management's own header, the edge sends the call to itself once more: another request,
 * which is on record and whose id is in the answer. One whose client left before there was an answer is on record itself.
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

/** -1 where somebody put in what is no number. */
function readSequence(row: LogRow): number {
  return row.sequence === null ? -1 : readNumber(row, 'sequence');
}

/** Whole numbers come as text from some versions of the service. */
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

/** A dynamic value: JSON in a text. */
function readObject(row: LogRow, name: string): Record<string, unknown> {
  const value = row[name];
  if (value === null || value === undefined || value === '') return {};
  try {
    const json: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch {
    // Refused below, as everything is that is not an object.
  }
  throw unreadable();
}
