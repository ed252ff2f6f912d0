import { SlidingWindow } from './sliding-window.ts';

/** The longest renewal period of a rate limit: 300 s. */
const LONGEST_RATE_PERIOD_IN_MS = 300_000;
const MAXIMUM_KEYS = 10_000;

/** A fixed period of a quota. */
export interface QuotaPeriod {
  readonly startsAt: number;
  /** Infinite for a quota that is never renewed. */
  readonly endsAt: number;
}

/**
 * The counters of one gateway, one for each key value whatever the scope that counts. At 10,000 keys the
 * longest unused tenth of them is forgotten.
 */
export class CallCounters {
  readonly #rates = new Map<string, SlidingWindow>();
  readonly #quotas = new Map<string, { endsAt: number; calls: number }>();

  rate(key: string): SlidingWindow {
    const existing = this.#rates.get(key);
    const window = existing ?? new SlidingWindow(LONGEST_RATE_PERIOD_IN_MS);
    if (existing) this.#rates.delete(key);
    this.#rates.set(key, window);
    forgetOldest(this.#rates);
    return window;
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
