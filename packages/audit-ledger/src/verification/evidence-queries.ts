import { column, dateTimeLiteral, is, isInPeriod, pipe, textLiteral } from '../reading/kql.ts';
import { RECORD_EVENT } from '../shipping/shipped-attributes.ts';
import type { Period } from '../time/period.ts';

/** A kind of telemetry that is read by its time. */
export interface TelemetrySource {
  /** Writes the steps that find the telemetry of a stretch of time, with the columns that `columns` names. */
  readonly find: (stretch: Period) => string;
  readonly columns: string;
}

/** A range of sequences of one chain's records, and the times of those that Application Insights has. */
export interface RecordRange {
  readonly writer: string;
  readonly from: number;
  /** The first sequence outside. */
  readonly to: number;
}

const text = (name: string): string => `tostring(customDimensions${column(name)})`;

/** Writes a whole number as a column. It is -1 for a text that is none, or that JSON cannot carry exactly. */
const wholeNumber = (name: string): string =>
  `iff(tolong(${text(name)}) between (0 .. ${Number.MAX_SAFE_INTEGER}), tolong(${text(name)}), tolong("-1"))`;

/** The anchors. */
export const ANCHORS: TelemetrySource = {
  find: (stretch) =>
    pipe(
      'customEvents',
      `where name == "gateway.audit.anchor" and ${isInPeriod(stretch)}`,
      `extend writer = ${text('writer')}, sequence = ${wholeNumber('sequence')}, hash = ${text('hash')}`,
    ),
  columns: 'writer, sequence, hash',
};

/** The edge's requests and the records of both recorders; `source` tells which a row is. */
export const TRAFFIC: TelemetrySource = {
  find(stretch) {
    const period = isInPeriod(stretch);
    // The function app's own telemetry can be in the same workspace.
    const requests = [
      `requests | where ${text('Service Type')} == "API Management" and ${period}`,
      `extend source = "request", requestId = ${text('Request Id')}, traceId = operation_Id, operation = name, ` +
        `api = ${text('API Name')}, answeredBy = ${text('Response-x-request-id')}`,
    ];
    const records = [
      `customEvents | where name == ${textLiteral(RECORD_EVENT)} and ${period}`,
      `extend source = "function app", requestId = ${text('requestId')}, traceId = ${text('traceId')}`,
    ];
    const edge = [
      `traces | where ${text('recordedBy')} == "edge" and ${period}`,
      `extend source = "edge", requestId = ${text('requestId')}, traceId = operation_Id`,
    ];
    return `union ${[requests, records, edge].map((steps) => `(${steps.join(' | ')})`).join(', ')}`;
  },
  columns: 'source, requestId, traceId, timestamp, operation, api, answeredBy, itemCount',
};

/** Writes the query for the number of rows in each part of a stretch that has some. */
export function countsQuery({ find }: TelemetrySource, stretch: Period, partInMs: number): string {
  return pipe(find(stretch), `summarize size = count() by part = bin(timestamp, ${Math.trunc(partInMs)}ms)`);
}

/** Writes the query for the rows of a stretch, in any order. */
export function rowsQuery({ find, columns }: TelemetrySource, stretch: Period, limit: number): string {
  return pipe(find(stretch), `take ${Math.trunc(limit)}`, `project ${columns}`);
}

/** Finds the shipped records, and events of any name that name an entry, so that no copy of a record is left out. */
function shippedRecords(period: string): string {
  return pipe(
    'customEvents',
    `where ${period}`,
    `extend writer = ${text('ledgerWriter')}, sequence = ${wholeNumber('ledgerSequence')}, hash = ${text('ledgerHash')}`,
    `where name =~ ${textLiteral(RECORD_EVENT)} or isnotempty(writer) or isnotempty(hash)`,
  );
}

/**
 * Writes the query for the number of shipped records of the period, by ranges of `size` sequences of a chain. The
 * largest come first. Records that name no entry of the ledger have a range that begins below 0.
 */
export function recordRangesQuery(period: Period, size: number, limit: number): string {
  return pipe(
    shippedRecords(isInPeriod(period)),
    `summarize size = count(), earliest = min(timestamp), latest = max(timestamp) by writer, start = bin(sequence, ${Math.trunc(size)})`,
    'order by size desc',
    `take ${Math.trunc(limit)}`,
  );
}

/** Writes the query for the shipped records of some ranges, in any order. @param earliest the time of the first. */
export function recordsQuery(
  ranges: readonly RecordRange[],
  { earliest, latest }: { readonly earliest: string; readonly latest: string },
  limit: number,
): string {
  const isInRange = ({ writer, from, to }: RecordRange) =>
    `(${is('writer', writer)} and sequence >= ${Math.trunc(from)} and sequence < ${Math.trunc(to)})`;
  return pipe(
    shippedRecords(`timestamp >= ${dateTimeLiteral(earliest)} and timestamp <= ${dateTimeLiteral(latest)}`),
    `where ${ranges.map(isInRange).join(' or ')}`,
    `take ${Math.trunc(limit)}`,
    'project writer, sequence, hash, timestamp, name, itemCount, customDimensions, customMeasurements',
  );
}

/** Writes the query for the time of the oldest shipped record that is kept. */
export function oldestRecordQuery(): string {
  return pipe(
    'customEvents',
    `where name == ${textLiteral(RECORD_EVENT)}`,
    'summarize oldest = min(timestamp)',
  );
}
