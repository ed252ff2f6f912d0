import type { RateCounter } from './rate-counter.ts';

/** Amounts below this are rounding errors of a sum. */
const TOLERANCE = 1e-9;

/**
 * Counts calls that are given back little by little, as many in a period as the limit: whoever has used up a limit of
 * 60 calls a minute may make one call a second, where a sliding window would wait for the oldest call to leave.
 * Source: https://learn.microsoft.com/azure/api-management/rate-limit-by-key-policy#usage-notes
 */
export class TokenBucket implements RateCounter {
  #used = 0;
  #at = 0;
  #givenBackPerMs = 0;

  add(count: number, now: number): void {
    this.#giveBack(now);
    this.#used += count;
  }

  count(periodInMs: number, now: number, limit: number): number {
    this.#giveBack(now);
    this.#givenBackPerMs = limit / periodInMs;
    return this.#used < TOLERANCE ? 0 : Math.ceil(this.#used - TOLERANCE);
  }

  nextRelease(periodInMs: number, now: number, limit: number): number {
    return this.whenAtMost(limit - 1, periodInMs, now, limit);
  }

  whenAtMost(maximum: number, periodInMs: number, now: number, limit: number): number {
    const tooMany = this.count(periodInMs, now, limit) > maximum ? this.#used - maximum : 0;
    return now + Math.ceil(tooMany / this.#givenBackPerMs - TOLERANCE);
  }

  #giveBack(now: number): void {
    const givenBack = (now - this.#at) * this.#givenBackPerMs;
    this.#used = Math.max(0, this.#used - givenBack);
    this.#at = now;
  }
}
