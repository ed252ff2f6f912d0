/** The delays between the tries of one piece of work. Each is twice the one before, up to the longest. */
export interface BackOff {
  /** Gives the delay before the next try, in milliseconds. */
  next(): number;
  /** Begins again with the first delay. */
  reset(): void;
  /** Shortens the next delay to at most this. */
  shorten(toInMs: number): void;
}

/** Makes a back-off from its first and its longest delay, in milliseconds. */
export function createBackOff(firstInMs: number, longestInMs: number): BackOff {
  let delayInMs = firstInMs;
  return {
    next() {
      const next = delayInMs;
      delayInMs = Math.min(delayInMs * 2, longestInMs);
      return next;
    },
    reset() {
      delayInMs = firstInMs;
    },
    shorten(toInMs) {
      delayInMs = Math.min(delayInMs, toInMs);
    },
  };
}
