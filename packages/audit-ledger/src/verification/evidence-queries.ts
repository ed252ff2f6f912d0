import { column, isInPeriod, pipe, textLiteral } from '../reading/kql.ts';
import { RECORD_EVENT } from '../shipping/shipped-attributes.ts';
import type { Period } from '../time/period.ts';

/** The key of the last row of a page: a text, and a number or another text. The next page goes on after it. */
export interface PageKey {
  readonly text: string;
  readonly rank: number | string;
}

const text = (name: string): string => `tostring(customDimensions${column(name)})`;

/** The query language has no order of texts, so texts are compared with a function. */
function isAfter(textColumn: string, rankColumn: string, { text: last, rank }: PageKey): string {
  const order = `strcmp(${textColumn}, ${textLiteral(last)})`;
  const isLater =
    typeof rank === 'number' ? `${rankColumn} > ${rank}` : `strcmp(${rankColumn}, ${textLiteral(rank)}) > 0`;
  return `where ${order} > 0 or (${order} == 0 and ${isLater})`;
}

function page(textColumn: string, rankColumn: string, after: PageKey | undefined, limit: number): string[] {
  return [
    ...(after ? [isAfter(textColumn, rankColumn, after)] : []),
    `order by ${textColumn} asc, ${rankColumn} asc`,
    `take ${Math.trunc(limit)}`,
  ];
}

/** Writes the query for the anchors that were sent in the period, by writer and sequence. */
export function anchorsQuery(period: Period, after: PageKey | undefined, limit: number): string {
  return pipe(
    'customEvents',
    `where name == "gateway.audit.anchor" and ${isInPeriod(period)}`,
    `extend writer = ${text('writer')}, sequence = tolong(${text('sequence')}), hash = ${text('hash')}`,
    ...page('writer', 'sequence', after, limit),
    'project writer, sequence, hash',
  );
}

/**
 * Writes the query for the shipped records of the period, by writer and sequence. Its rows include records that name no
 * entry of the ledger, and events of any name that name one, so that no copy of a record is left out.
 */
export function shippedRecordsQuery(period: Period, after: PageKey | undefined, limit: number): string {
  return pipe(
    'customEvents',
    `where ${isInPeriod(period)}`,
    `extend writer = ${text('ledgerWriter')}, sequence = tolong(${text('ledgerSequence')}), hash = ${text('ledgerHash')}`,
    `where name =~ ${textLiteral(RECORD_EVENT)} or isnotempty(writer) or isnotempty(hash)`,
    ...page('writer', 'sequence', after, limit),
    'project writer, sequence, hash, timestamp, name, itemCount, customDimensions, customMeasurements',
  );
}

/** Writes the query for the edge's requests of the period, by trace. */
export function requestsQuery(period: Period, after: PageKey | undefined, limit: number): string {
  return pipe(
    'requests',
    `where ${isInPeriod(period)}`,
    // The function app's own telemetry can be in the same workspace.
    `where ${text('Service Type')} == "API Management"`,
    `extend api = ${text('API Name')}, operationName = name, ` +
      `requestId = ${text('Request Id')}, answeredBy = ${text('Response-x-request-id')}`,
    ...page('operation_Id', 'id', after, limit),
    'project operation_Id, id, timestamp, operationName, api, requestId, answeredBy, itemCount',
  );
}

/** Writes the query for the records of both recorders, one for each call, by trace. */
export function tracedRecordsQuery(period: Period, after: PageKey | undefined, limit: number): string {
  const inPeriod = isInPeriod(period);
  return pipe(
    `union (customEvents | where name == "gateway.prediction" and ${inPeriod} | extend recorder = 2, traceId = ${text('traceId')}), ` +
      `(traces | where ${text('recordedBy')} == "edge" and ${inPeriod} | extend recorder = 1, traceId = operation_Id)`,
    `extend requestId = ${text('requestId')}`,
    'where isnotempty(requestId)',
    // A call can have several records: one delivered twice, a recovered and a real one, or one of each recorder.
    'summarize arg_max(recorder, *) by requestId',
    ...page('traceId', 'requestId', after, limit),
    'project traceId, requestId, timestamp',
  );
}
