import type { LedgerCheck } from '../check.ts';
import type { EdgeRequest, LedgerEvidence } from '../evidence.ts';
import type { Period } from '../../time/period.ts';
import type { Finding } from '../finding.ts';
import { type JoinedCall, joinByRequestId } from './join-by-request-id.ts';
import type { UnshownCalls } from './unshown-calls.ts';

/** The rules of the check, and what other checks have found before. */
interface RequestCheckOptions {
  readonly period: Period;
  /** Requests and records from this time on may lack their counterpart. */
  readonly notBefore: Date;
  readonly unshown: UnshownCalls;
}

/**
 * Checks that each call that the edge counted has a record, and each record its request, by API Management's request
 * id. A request that was no call has no record of the function app.
 */
export function checkRequests(
  traffic: LedgerEvidence['traffic'],
  { period, notBefore, unshown }: RequestCheckOptions,
): LedgerCheck {
  if (!traffic) return {};
  const counts = { requests: 0, recordedRequests: 0 };
  let isCut = false;
  const sampled: { count: number; first?: EdgeRequest } = { count: 0 };
  const isIn = ({ time }: { readonly time: Date }) => time >= period.from && time < period.to;
  const isDue = (call: { readonly time: Date }) => isIn(call) && call.time < notBefore;

  const judge = ({ requestId, request, record }: JoinedCall): Finding | undefined => {
    if (record && (!request || !record.isOfEdge))
      return isDue(record) ? withoutRequest(requestId, record, request) : undefined;
    const isRecorded = record !== undefined || (requestId !== '' && unshown.has(requestId));
    return request?.isCall === true && !isRecorded && isDue(request) ? withoutRecord(request) : undefined;
  };
  const watched = async function* (slices: typeof traffic) {
    for await (const slice of slices) {
      isCut ||= slice.isCut === true;
      for (const request of slice.requests) {
        if (!request.isSampled || !isIn(request)) continue;
        sampled.count += 1;
        sampled.first ??= request;
      }
      yield slice;
    }
  };

  return {
    async *finish() {
      const joined = joinByRequestId(watched(traffic), {
        onRequest: (request) => void (counts.requests += isIn(request) ? 1 : 0),
        onRecord: (record) => void (counts.recordedRequests += isIn(record) ? 1 : 0),
      });
      for await (const call of joined) {
        const finding = judge(call);
        if (finding) yield finding;
      }
      if (sampled.first) yield describeSampled(sampled.count, sampled.first);
    },
    counts: () => counts,
    notChecked: () =>
      isCut
        ? ['Application Insights has more requests or records of one millisecond than could be read.']
        : [],
  };
}

function withoutRecord({ traceId, time, operation }: EdgeRequest): Finding {
  const named = operation ? ` (${operation})` : '';
  return {
    kind: 'request-without-record',
    ...(traceId !== '' && { traceId }),
    message: `The edge counted a request at ${time.toISOString()}${named}, but there is no record of it.`,
  };
}

function withoutRequest(
  recordId: string,
  { time, traceId }: { readonly time: Date; readonly traceId: string },
  request: EdgeRequest | undefined,
): Finding {
  const problem = request
    ? 'the request with its id was no call that the function app received'
    : 'the edge did not count any such request';
  return {
    kind: 'record-without-request',
    ...(traceId !== '' && { traceId }),
    ...(recordId !== '' && { recordId }),
    message: `There is a record of a call at ${time.toISOString()}, but ${problem}.`,
  };
}

function describeSampled(count: number, { time, traceId }: EdgeRequest): Finding {
  const rows = count === 1 ? 'One row stands' : `${count} rows stand`;
  return {
    kind: 'sampled-requests',
    ...(traceId !== '' && { traceId }),
    message: `${rows} for more than one request of the edge, the first at ${time.toISOString()}: API Management is not set to sample requests.`,
  };
}
