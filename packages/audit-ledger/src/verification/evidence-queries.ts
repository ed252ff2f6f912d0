import { column, dateTimeLiteral, pipe, textLiteral } from '../reading/kql.ts';
import type { VerifiedPeriod } from './evidence.ts';

/** What the pages of an answer go on after: a text, and a number or another text. */
export interface PageKey {
  readonly text: string;
  readonly rank: number | string;
}

const text = (name: string): string => `tostring(customDimensions${column(name)})`;

function within({ from, to }: VerifiedPeriod): string {
  return `timestamp >= ${dateTimeLiteral(from)} and timestamp < ${dateTimeLiteral(to)}`;
}

/** Text has no order of its own in this language, so it is compared with a function. */
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

/** Heads of chains that were sent in the period, by writer and sequence. */
export function anchorsQuery(period: VerifiedPeriod, after: PageKey | undefined, limit: number): string {
  return pipe(
    'customEvents',
    `where name == "gateway.audit.anchor" and ${within(period)}`,
    `extend writer = ${text('writer')}, sequence = tolong(${text('sequence')}), hash = ${text('hash')}`,
    ...page('writer', 'sequence', after, limit),
    'project writer, sequence, hash',
  );
}

/** Records of calls of the period by writer and sequence, also those that name no entry: nobody shipped them. */
export function shippedRecordsQuery(
  period: VerifiedPeriod,
  after: PageKey | undefined,
  limit: number,
): string {
  return pipe(
    'customEvents',
    `where name == "gateway.prediction" and ${within(period)}`,
    `extend writer = ${text('ledgerWriter')}, sequence = tolong(${text('ledgerSequence')}), hash = ${text('ledgerHash')}`,
    ...page('writer', 'sequence', after, limit),
    'project writer, sequence, hash, timestamp, customDimensions, customMeasurements',
  );
}

/** Requests that the edge counted, by their trace. */
export function requestsQuery(period: VerifiedPeriod, after: PageKey | undefined, limit: number): string {
  return pipe(
    'requests',
    `where ${within(period)}`,
    // The function app's own telemetry can be in the same place.
    `where ${text('Service Type')} == "API Management"`,
    `extend api = ${text('API Name')}, operationName = name, ` +
      `requestId = ${text('Request Id')}, answeredBy = ${text('Response-x-request-id')}`,
    ...page('operation_Id', 'id', after, limit),
    'project operation_Id, id, timestamp, operationName, api, requestId, answeredBy, itemCount',
  );
}

/** One record for each call, of either recorder, by their trace. */
export function tracedRecordsQuery(
  period: VerifiedPeriod,
  after: PageKey | undefined,
  limit: number,
): string {
  const inPeriod = within(period);
  return pipe(
    `union (customEvents | where name == "gateway.prediction" and ${inPeriod} | extend recorder = 2, traceId = ${text('traceId')}), ` +
      `(traces | where ${text('recordedBy')} == "edge" and ${inPeriod} | extend recorder = 1, traceId = operation_Id)`,
    `extend requestId = ${text('requestId')}`,
    'where isnotempty(requestId)',
    // Delivered twice, recovered and real, or of both recorders: it is one call.
    'summarize arg_max(recorder, *) by requestId',
    ...page('traceId', 'requestId', after, limit),
    'project traceId, requestId, timestamp',
  );
}
