import type { TracedCall, VerifiedPeriod } from './evidence.ts';
import { createFindings, type Findings } from './findings.ts';

export interface TrafficOptions {
  readonly requests: AsyncIterable<TracedCall>;
  readonly records: AsyncIterable<TracedCall>;
  readonly period: VerifiedPeriod;
  /** What is younger than this may have its counterpart still on its way. */
  readonly notBefore: Date;
  /** Records that the ledger alone has, by trace: the calls of one have different ids. */
  readonly unshown?: ReadonlyMap<string, readonly string[]>;
  readonly findings: Findings;
}

export interface TrafficCounts {
  /** In the period. */
  readonly requests: number;
  readonly records: number;
  /** Whether requests were left out when they were counted, so that none can be missed. */
  readonly isSampled: boolean;
}

/**
 * Holds the edge's own count of requests against the records, call by call. Several calls can share a trace, because a
 * client may have begun it; then their numbers are compared.
 */
export async function compareTraffic(options: TrafficOptions): Promise<TrafficCounts> {
  const { period, notBefore, unshown, findings } = options;
  const requests = groupByTrace(options.requests);
  const records = groupByTrace(options.records);
  const counts = { requests: 0, records: 0, isSampled: false };
  // Records without a request are told at the end: what is sampled may have left those requests out.
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

/** Calls without a trace are groups of their own: nothing can be said of what belongs to them. */
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
