const MOST_CALLS = 200_000;

/** The calls whose record only the ledger has, by their request ids. Calls beyond its limit are not kept. */
export interface UnshownCalls {
  /** Notes the record of a call. */
  note(record: Readonly<Record<string, unknown>>): void;
  /** Tells whether the ledger alone has the record of a request. */
  has(requestId: string): boolean;
}

/** Starts without any calls. */
export function createUnshownCalls(): UnshownCalls {
  const requestIds = new Set<string>();
  return {
    note({ requestId }) {
      if (typeof requestId === 'string' && requestIds.size < MOST_CALLS) requestIds.add(requestId);
    },
    has: (requestId) => requestIds.has(requestId),
  };
}
