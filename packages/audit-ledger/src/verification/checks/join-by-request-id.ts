import type { CallRecord, EdgeRequest, TrafficSlice } from '../evidence.ts';
import { createIdSet, type IdSet } from '../id-set.ts';

/** A request id, and what Application Insights has of it. Several rows of one kind are taken for one. */
export interface JoinedCall {
  readonly requestId: string;
  /** The first request with the id. It is a call if one of them is. */
  readonly request?: EdgeRequest;
  /** The record of the function app, or the edge's where there is no other. */
  readonly record?: CallRecord;
}

/** The receivers of a join. */
interface JoinListener {
  /** Receives each request once, and each call that has a record once, as they are read. */
  readonly onRequest: (request: EdgeRequest) => void;
  readonly onRecord: (record: CallRecord) => void;
}

/**
 * The time for which an id is remembered. A request and its record have times that lie no further apart: a call lasts
 * half an hour at most, and the edge's record has the time of its end.
 */
const REMEMBERED_IN_MS = 3_600_000;

/**
 * Joins requests and records by API Management's request id. It yields the ids of which not all is there, when nothing
 * of them can come any more. Its memory holds an hour of such ids, and 64 bits of each id that is complete.
 * @throws what reading the slices throws.
 */
export async function* joinByRequestId(
  slices: AsyncIterable<TrafficSlice>,
  { onRequest, onRecord }: JoinListener,
): AsyncGenerator<JoinedCall, void> {
  // Ids are in the order of the times at which they were first seen.
  const open = new Map<string, JoinedCall & { readonly seenAt: number }>();
  const complete = createRecentIds();

  const join = (requestId: string, seenAt: number, more: Partial<JoinedCall>): void => {
    const known = open.get(requestId) ?? { requestId, seenAt };
    const joined = { ...known, ...more };
    if (joined.request?.isCall === true && joined.record) {
      open.delete(requestId);
      complete.add(requestId);
    } else open.set(requestId, joined);
  };

  for await (const { to, requests, records } of slices) {
    const seenAt = to.getTime();
    for (const request of requests) {
      const { requestId } = request;
      if (requestId === '') {
        // Nothing can be joined with a request without an id.
        onRequest(request);
        yield { requestId, request };
        continue;
      }
      if (complete.has(requestId)) continue;
      const known = open.get(requestId)?.request;
      if (!known) onRequest(request);
      join(requestId, seenAt, { request: known?.isCall === true ? known : request });
    }
    for (const record of records) {
      const { requestId } = record;
      if (requestId === '') {
        onRecord(record);
        yield { requestId, record };
        continue;
      }
      if (complete.has(requestId)) continue;
      const known = open.get(requestId)?.record;
      if (!known) onRecord(record);
      join(requestId, seenAt, { record: known?.isOfEdge === false ? known : record });
    }
    for (const [requestId, joined] of open) {
      if (joined.seenAt > seenAt - REMEMBERED_IN_MS) break;
      open.delete(requestId);
      yield joined;
    }
    complete.forget(seenAt);
  }
  yield* open.values();
}

/** Ids that are remembered for an hour at least, and two at most. */
interface RecentIds {
  add(id: string): void;
  has(id: string): boolean;
  /** Forgets ids that are too old. @param now the time of the slice, in milliseconds. */
  forget(now: number): void;
}

function createRecentIds(): RecentIds {
  let [recent, older] = [createIdSet(), createIdSet()] as [IdSet, IdSet];
  let since = -Infinity;
  return {
    add: (id) => void recent.add(id),
    has: (id) => recent.has(id) || older.has(id),
    forget(now) {
      if (now - since < REMEMBERED_IN_MS) return;
      [recent, older] = [createIdSet(), recent];
      since = now;
    },
  };
}
