import type { Headers } from './headers.ts';
import { SlidingWindow } from './sliding-window.ts';

/** RFC 9110, section 5.6.7, the form that senders have to write. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * The failures that trip a backend's circuit breaker, and for how long. Exactly one of `count` and `percentage` is there.
 * Source: https://learn.microsoft.com/rest/api/apimanagement/backend/create-or-update#circuitbreakerrule
 */
export interface CircuitBreakerRule {
  /** So many failures within the interval trip it. */
  readonly count: number | undefined;
  /** Failures of so many percent of the interval's requests trip it. */
  readonly percentage: number | undefined;
  readonly intervalInMs: number;
  readonly statusCodeRanges: readonly { readonly min: number; readonly max: number }[];
  /** The reasons of `context.LastError` that are failures, in lower case. */
  readonly errorReasons: readonly string[];
  readonly tripDurationInMs: number;
  /** A failure's `Retry-After` takes the place of the trip duration. */
  readonly acceptRetryAfter: boolean;
}

/**
 * Counts what a backend answers, over the last interval, and trips. After the trip duration it starts anew.
 * Source: https://learn.microsoft.com/azure/api-management/backends#circuit-breaker
 */
export class CircuitBreaker {
  readonly #rule: CircuitBreakerRule;
  readonly #now: () => number;
  /** Requests are counted to a thousandth of the interval, so that there are only so many counts to keep. */
  readonly #grainInMs: number;
  #requests: SlidingWindow;
  #failures: SlidingWindow;
  #opensAgainAt = 0;

  constructor(rule: CircuitBreakerRule, now: () => number) {
    this.#rule = rule;
    this.#now = now;
    this.#grainInMs = Math.max(1, Math.floor(rule.intervalInMs / 1000));
    this.#requests = new SlidingWindow(rule.intervalInMs);
    this.#failures = new SlidingWindow(rule.intervalInMs);
  }

  get isTripped(): boolean {
    return this.#now() < this.#opensAgainAt;
  }

  /** Notes an answer. */
  answered(statusCode: number, headers: Headers): void {
    const { statusCodeRanges, acceptRetryAfter } = this.#rule;
    const failed = statusCodeRanges.some(({ min, max }) => min <= statusCode && statusCode <= max);
    const [retryAfter] = headers.get('retry-after')?.values ?? [];
    this.#note(
      failed,
      acceptRetryAfter && retryAfter !== undefined ? this.#readDelay(retryAfter) : undefined,
    );
  }

  /** Notes that there was no answer, and why: a reason of `context.LastError`. */
  failed(reason: string): void {
    this.#note(this.#rule.errorReasons.includes(reason.toLowerCase()), undefined);
  }

  #note(isFailure: boolean, delayInMs: number | undefined): void {
    const { intervalInMs, tripDurationInMs, count = Infinity, percentage = Infinity } = this.#rule;
    const now = this.#now();
    const counted = now - (now % this.#grainInMs);
    this.#requests.add(1, counted);
    // Requests that were under way when it tripped neither trip it again nor count for the time after.
    if (!isFailure || this.isTripped) return;
    this.#failures.add(1, counted);
    const failures = this.#failures.count(intervalInMs, now);
    const percent = (100 * failures) / this.#requests.count(intervalInMs, now);
    if (failures < count && percent < percentage) return;
    this.#opensAgainAt = now + (delayInMs ?? tripDurationInMs);
    this.#requests = new SlidingWindow(intervalInMs);
    this.#failures = new SlidingWindow(intervalInMs);
  }

  /** RFC 9110, section 10.2.3: seconds or a date; undefined for what is neither, although a date could be read from it. */
  #readDelay(retryAfter: string): number | undefined {
    if (/^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter) * 1000;
    const date = HTTP_DATE.test(retryAfter.trim()) ? Date.parse(retryAfter) : NaN;
    return Number.isNaN(date) ? undefined : Math.max(0, date - this.#now());
  }
}
