import type { TracedCall, VerifiedPeriod } from './evidence.ts';
import { createFindings, type Findings } from './findings.ts';

/** The requests and records to compare, both in the order of their trace ids, and the rules of the comparison. */
export interface TrafficOptions {
  readonly requests: AsyncIterable<TracedCall>;
  readonly records: AsyncIterable<TracedCall>;
  readonly period: VerifiedPeriod;
  /** Requests and records from this time on may lack their counterpart. */
  readonly notBefore: Date;
  /** The request ids of records that only the ledger has, by trace id. */
  readonly unshown?: ReadonlyMap<string, readonly string[]>;
  readonly findings: Findings;
}

/** The result of the comparison besides its findings. */
export interface TrafficCounts {
  /** The number of requests in the period. */
  readonly requests: number;
  /** The number of records in the period. */
  readonly records: number;
  /**
   * True when the telemetry is sampled, so that requests are left out and no record can be said to lack its request.
   */
  readonly isSampled: boolean;
}

/**
 * Compares the edge's requests with the records, trace by trace. Several calls can share a trace that a client began;
 * of them the numbers are compared. Adds a finding for each request without a record and each record without a
 * request.
 */
export async function compareTraffic(options: TrafficOptions): Promise<TrafficCounts> {
  const { period, notBefore, unshown, findings } = options;
  const requests = groupByTrace(options.requests);
  const records = groupByTrace(options.records);
  const counts = { requests: 0, records: 0, isSampled: false };
  // Records without a request are reported at the end, and only if no request shows that the telemetry is sampled.
  const unasked = createFindings();
  const isIn = ({ time }: TracedCall) => time >= period.from && time < period.to;
  const isDue = (call: TracedCall) => isIn(call) && call.time < notBefore;

  const judge = (traceId: string, asked: readonly TracedCall[], recorded: readonly TracedCall[]): void => {
    counts.requests += asked.filter(isIn).length;
    counts.records += recorded.filter(isIn).length;
    const calls = asked.filter(({ isOptional }) => !isOptional);
    counts.isSampled ||= asked.some(({ isSampled }) => isSampled);
    const shown = new Set(recorded.map(({ recordId }) => recordId));
    const others = (unshown?.get(traceId) ?? []).filter((id) => !shown.has(id)).length;
    const surplus = calls.length - recorded.length - others;
    const due =
      surplus > 0
        ? calls.filter(isDue).slice(0, surplus)
        : recorded.filter(isDue).slice(0, Math.max(0, recorded.length - asked.length));
    for (const call of due) {
      const time = call.time.toISOString();
      if (surplus > 0)
        findings.add({
          kind: 'request-without-record',
          traceId,
          message: `The edge counted a request at ${time}${call.operation ? ` (${call.operation})` : ''}, but there is no record of it.`,
        });
      else
        unasked.add({
          kind: 'record-without-request',
          ...(traceId !== '' && { traceId }),
          ...(call.recordId !== undefined && { recordId: call.recordId }),
          message: `There is a record of a call at ${time}, but the edge did not count any such request.`,
        });
    }
  };

  let [asked, recorded] = [await requests.next(), await records.next()];
  for (;;) {
    const [one, other] = [asked.value, recorded.value];
    if (!one && !other) break;
    if (one && (!other || one.traceId < other.traceId)) {
      judge(one.traceId, one.calls, []);
      asked = await requests.next();
    } else if (other && (!one || other.traceId < one.traceId)) {
      judge(other.traceId, [], other.calls);
      recorded = await records.next();
    } else if (one && other) {
      if (one.traceId === '') {
        judge('', one.calls, []);
        judge('', [], other.calls);
      } else judge(one.traceId, one.calls, other.calls);
      [asked, recorded] = [await requests.next(), await records.next()];
    }
  }
  if (!counts.isSampled) findings.addAll(unasked);
  return counts;
}

interface TraceGroup {
  readonly traceId: string;
  readonly calls: readonly TracedCall[];
}

/** Groups calls by their trace. Each call without a trace is a group of its own, because nothing joins it to others. */
async function* groupByTrace(calls: AsyncIterable<TracedCall>): AsyncGenerator<TraceGroup, undefined> {
  let group: TracedCall[] = [];
  for await (const call of calls) {
    const [first] = group;
    if (first && (first.traceId !== call.traceId || call.traceId === '')) {
      yield { traceId: first.traceId, calls: group };
      group = [];
    }
    group.push(call);
  }
  const [first] = group;
  if (first) yield { traceId: first.traceId, calls: group };
  return undefined;
}
