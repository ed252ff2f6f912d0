/** What counts against a rate limit: so many calls in a period. */
export interface RateCounter {
  add(count: number, now: number): void;
  /** How much of the limit is used. */
  count(periodInMs: number, now: number, limit: number): number;
  /** When something of a limit that is used up is free again. */
  nextRelease(periodInMs: number, now: number, limit: number): number;
  /** When no more than that will be used, if nothing is added: `now` at the earliest. */
  whenAtMost(maximum: number, periodInMs: number, now: number, limit: number): number;
}
