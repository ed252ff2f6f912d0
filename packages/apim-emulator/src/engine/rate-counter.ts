/** The calls that count against a rate limit in a period. */
export interface RateCounter {
  add(count: number, now: number): void;
  /** Returns the part of the limit that is used. */
  count(periodInMs: number, now: number, limit: number): number;
  /** Returns the time at which a part of a limit that is used up is free again. */
  nextRelease(periodInMs: number, now: number, limit: number): number;
  /** Returns the time from which at most `maximum` is used if nothing is added: `now` at the earliest. */
  whenAtMost(maximum: number, periodInMs: number, now: number, limit: number): number;
}
