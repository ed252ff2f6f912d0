import type { TracedCall } from '../evidence.ts';

/** The requests and the records of one trace. A client can begin a trace, so it can have several of each. */
export interface Trace {
  /** Empty for calls without a trace, each of which is a trace of its own. */
  readonly traceId: string;
  readonly requests: readonly TracedCall[];
  readonly records: readonly TracedCall[];
}

/** Joins requests and records by their trace. Both come in the order of their trace ids. @throws what reading throws. */
export async function* joinByTrace(
  requests: AsyncIterable<TracedCall>,
  records: AsyncIterable<TracedCall>,
): AsyncGenerator<Trace, void> {
  const [asking, recording] = [groupByTrace(requests), groupByTrace(records)];
  let [asked, recorded] = [await asking.next(), await recording.next()];
  for (;;) {
    const [one, other] = [asked.value, recorded.value];
    if (!one && !other) return;
    if (one && (!other || one.traceId < other.traceId || one.traceId === '')) {
      yield { traceId: one.traceId, requests: one.calls, records: [] };
      asked = await asking.next();
    } else if (other && (!one || other.traceId < one.traceId)) {
      yield { traceId: other.traceId, requests: [], records: other.calls };
      recorded = await recording.next();
    } else if (one && other) {
      yield { traceId: one.traceId, requests: one.calls, records: other.calls };
      [asked, recorded] = [await asking.next(), await recording.next()];
    }
  }
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
