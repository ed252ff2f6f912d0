import type { Tier } from '../policies/policy.ts';
import type { RateCounter } from './rate-counter.ts';
import { SlidingWindow } from './sliding-window.ts';
import { TokenBucket } from './token-bucket.ts';

/** The longest renewal period of a rate limit: 300 s. */
const LONGEST_RATE_PERIOD_IN_MS = 300_000;
const MAXIMUM_KEYS = 10_000;

/** A fixed period of a quota. */
export interface QuotaPeriod {
  readonly startsAt: number;
  /** The end of the period; infinite for a quota that is never renewed. */
  readonly endsAt: number;
}

/**
 * The counters of one gateway, one for each key value whatever the scope that counts. At 10,000 keys the
 * longest unused tenth of them is forgotten. "The v2 tiers use a token bucket algorithm for rate limiting, which differs
 * from the sliding window algorithm in classic tiers."
 * Source: https://learn.microsoft.com/azure/api-management/rate-limit-by-key-policy#usage-notes
 */
export class CallCounters {
  readonly #tier: Tier;
  readonly #rates = new Map<string, RateCounter>();
  readonly #quotas = new Map<string, { endsAt: number; calls: number }>();

  constructor(tier: Tier) {
    this.#tier = tier;
  }

  rate(key: string): RateCounter {
    const existing = this.#rates.get(key);
    const counter = existing ?? this.#newRate();
    if (existing) this.#rates.delete(key);
    this.#rates.set(key, counter);
    forgetOldest(this.#rates);
    return counter;
  }

  quotaCalls(key: string, period: QuotaPeriod): number {
    const counter = this.#quotas.get(key);
    return counter?.endsAt === period.endsAt ? counter.calls : 0;
  }

  addQuotaCalls(key: string, period: QuotaPeriod, count: number): void {
    const calls = this.quotaCalls(key, period) + count;
    this.#quotas.delete(key);
    this.#quotas.set(key, { endsAt: period.endsAt, calls });
    forgetOldest(this.#quotas);
  }

  #newRate(): RateCounter {
    return this.#tier === 'v2' ? new TokenBucket() : new SlidingWindow(LONGEST_RATE_PERIOD_IN_MS);
  }
}

function forgetOldest(counters: Map<string, unknown>): void {
  if (counters.size <= MAXIMUM_KEYS) return;
  let left = MAXIMUM_KEYS / 10;
  for (const key of counters.keys()) {
    if (left === 0) return;
    counters.delete(key);
    left -= 1;
  }
}
