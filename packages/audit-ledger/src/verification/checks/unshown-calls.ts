const MOST_TRACES = 100_000;
const MOST_OF_ONE_TRACE = 1_000;

/** The calls whose record only the ledger has, by their trace. Calls beyond its limits are not kept. */
export interface UnshownCalls {
  /** Notes the record of a call. */
  note(record: Readonly<Record<string, unknown>>): void;
  /** Gives the request ids of a trace. */
  ofTrace(traceId: string): readonly string[];
}

/** Starts without any calls. */
export function createUnshownCalls(): UnshownCalls {
  const byTrace = new Map<string, string[]>();
  return {
    note({ traceId, id, requestId = id }) {
      if (typeof traceId !== 'string' || typeof requestId !== 'string' || byTrace.size >= MOST_TRACES) return;
      const known = byTrace.get(traceId) ?? [];
      if (known.length < MOST_OF_ONE_TRACE && !known.includes(requestId)) known.push(requestId);
      byTrace.set(traceId, known);
    },
    ofTrace: (traceId) => byTrace.get(traceId) ?? [],
  };
}
