import type { LedgerCheck } from '../check.ts';
import type { LedgerEvidence, TracedCall } from '../evidence.ts';
import type { Period } from '../../time/period.ts';
import type { Finding } from '../finding.ts';
import { createFindingList } from '../finding-list.ts';
import { joinByTrace, type Trace } from './join-by-trace.ts';
import type { UnshownCalls } from './unshown-calls.ts';

/** The rules of the check, and what other checks have found before. */
interface RequestCheckOptions {
  readonly period: Period;
  /** Requests and records from this time on may lack their counterpart. */
  readonly notBefore: Date;
  readonly unshown: UnshownCalls;
}

/**
 * Checks that each of the edge's requests has a record, and each record a request, trace by trace. Several calls can
 * share a trace; of them the numbers are compared. Where the requests are a sample, no record can be said to lack one.
 */
export function checkRequests(
  traffic: LedgerEvidence['traffic'],
  { period, notBefore, unshown }: RequestCheckOptions,
): LedgerCheck {
  if (!traffic) return { notChecked: () => ["The edge's requests were not held against the records."] };
  const counts = { requests: 0, recordedRequests: 0 };
  let isSample = false;
  const isIn = ({ time }: TracedCall) => time >= period.from && time < period.to;
  const isDue = (call: TracedCall) => isIn(call) && call.time < notBefore;

  /** Finds the requests that are too many for the records of their trace. */
  const findUnrecorded = ({ traceId, requests, records }: Trace): readonly TracedCall[] => {
    const calls = requests.filter(({ isOptional }) => !isOptional);
    const shown = new Set(records.map(({ recordId }) => recordId));
    const others = unshown.ofTrace(traceId).filter((id) => !shown.has(id)).length;
    return calls.filter(isDue).slice(0, Math.max(0, calls.length - records.length - others));
  };
  /** Finds the records that are too many for the requests of their trace. */
  const findUnasked = ({ requests, records }: Trace): readonly TracedCall[] =>
    records.filter(isDue).slice(0, Math.max(0, records.length - requests.length));

  return {
    async *finish() {
      // Records without a request are yielded at the end, when it is known whether the requests are a sample.
      const unasked = createFindingList();
      for await (const trace of joinByTrace(traffic.requests, traffic.records)) {
        const { traceId, requests, records } = trace;
        counts.requests += requests.filter(isIn).length;
        counts.recordedRequests += records.filter(isIn).length;
        isSample ||= requests.some(({ isSampled }) => isSampled);
        for (const call of findUnrecorded(trace)) yield withoutRecord(traceId, call);
        for (const call of findUnasked(trace)) unasked.add(withoutRequest(traceId, call));
      }
      if (!isSample) yield unasked;
    },
    counts: () => counts,
    notChecked: () =>
      isSample
        ? ['Records without a request: Application Insights was given a sample of the requests only.']
        : [],
  };
}

function withoutRecord(traceId: string, { time, operation }: TracedCall): Finding {
  const named = operation ? ` (${operation})` : '';
  return {
    kind: 'request-without-record',
    traceId,
    message: `The edge counted a request at ${time.toISOString()}${named}, but there is no record of it.`,
  };
}

function withoutRequest(traceId: string, { time, recordId }: TracedCall): Finding {
  return {
    kind: 'record-without-request',
    ...(traceId !== '' && { traceId }),
    ...(recordId !== undefined && { recordId }),
    message: `There is a record of a call at ${time.toISOString()}, but the edge did not count any such request.`,
  };
}
