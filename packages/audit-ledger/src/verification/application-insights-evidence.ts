import type { LogQuery, LogRow } from '../reading/log-query.ts';
import type { Period } from '../time/period.ts';
import type { Anchor, CallRecord, EdgeRequest, ShippedRecord, TrafficSlice } from './evidence.ts';
import { ANCHORS, oldestRecordQuery, TRAFFIC } from './evidence-queries.ts';
import { readCount, readText, readTime } from './log-values.ts';
import { readByTime } from './read-by-time.ts';
import { readShippedRecords } from './read-shipped-records.ts';

/** Reads the evidence about the ledger from Application Insights. Every method throws what its queries throw. */
export interface ApplicationInsightsEvidence {
  /** Reads the anchors that were sent in the period. */
  anchors(period: Period, abortSignal: AbortSignal): Promise<Anchor[]>;
  /** Reads the shipped records of the period, in the order of their writers and sequences. */
  records(period: Period, abortSignal: AbortSignal): AsyncGenerator<ShippedRecord, void>;
  /** Reads the time of the oldest shipped record that is kept; undefined where there is none. */
  oldestRecord(abortSignal: AbortSignal): Promise<Date | undefined>;
  /** Reads the edge's requests and the records of both recorders, slice by slice in the order of time. */
  traffic(period: Period, abortSignal: AbortSignal): AsyncGenerator<TrafficSlice, void>;
}

/** The API of the MCP server, which `apim/mcp-servers` defines, and the path of its messages. */
const MCP_API = 'agents';
const MCP_MESSAGE = /^[A-Z]+ \/agents\/mcp$/i;

/** Reads the evidence with the given queries. */
export function createApplicationInsightsEvidence(query: LogQuery): ApplicationInsightsEvidence {
  return {
    async anchors(period, abortSignal) {
      const anchors: Anchor[] = [];
      for await (const { rows } of readByTime(query, ANCHORS, period, abortSignal))
        for (const row of rows)
          anchors.push({
            writer: readText(row, 'writer'),
            sequence: readCount(row, 'sequence'),
            hash: readText(row, 'hash'),
          });
      return anchors;
    },

    records: (period, abortSignal) => readShippedRecords(query, period, abortSignal),

    async oldestRecord(abortSignal) {
      const [row] = await query(oldestRecordQuery(), abortSignal);
      return row && readText(row, 'oldest') !== '' ? readTime(row, 'oldest') : undefined;
    },

    async *traffic(period, abortSignal) {
      for await (const { stretch, rows, isCut } of readByTime(query, TRAFFIC, period, abortSignal)) {
        const requests: EdgeRequest[] = [];
        const records: CallRecord[] = [];
        for (const row of rows)
          if (readText(row, 'source') === 'request') requests.push(readRequest(row));
          else records.push(readCallRecord(row));
        yield { to: stretch.to, requests, records, isCut };
      }
    },
  };
}

function readRequest(row: LogRow): EdgeRequest {
  const operation = readText(row, 'operation');
  return {
    requestId: readText(row, 'requestId'),
    traceId: readText(row, 'traceId'),
    time: readTime(row, 'timestamp'),
    operation,
    isCall: !isNobodysCall(operation, readText(row, 'api')) && !isHandedOn(row),
    // https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-sampling#how-sampling-works
    isSampled: Number(row.itemCount) > 1,
  };
}

function readCallRecord(row: LogRow): CallRecord {
  return {
    requestId: readText(row, 'requestId'),
    traceId: readText(row, 'traceId'),
    time: readTime(row, 'timestamp'),
    isOfEdge: readText(row, 'source') === 'edge',
  };
}

/**
 * Tells whether a request is no call of the function app. One that reaches no API can be a health probe. A browser's
 * preflight comes before its call, and no operation has its method. A message to an MCP server can lead to a call by a
 * tool, which is another request. API Management decides all of this, and no caller can make a call look so.
 */
function isNobodysCall(operation: string, api: string): boolean {
  return api === '' || api === MCP_API || operation.startsWith('OPTIONS ') || MCP_MESSAGE.test(operation);
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
