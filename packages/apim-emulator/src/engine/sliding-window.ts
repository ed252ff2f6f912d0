import type { RateCounter } from './rate-counter.ts';

/** Counts calls over the last seconds, to the millisecond. Keeps what is younger than its span. */
export class SlidingWindow implements RateCounter {
  readonly #spanInMs: number;
  #times: number[] = [];
  /** The number of calls up to and including each of the times. */
  #totals: number[] = [];
  #droppedTotal = 0;

  constructor(spanInMs: number) {
    this.#spanInMs = spanInMs;
  }

  add(count: number, now: number): void {
    const last = this.#times.length - 1;
    const total = (this.#totals[last] ?? this.#droppedTotal) + count;
    if (this.#times[last] === now) this.#totals[last] = total;
    else {
      this.#times.push(now);
      this.#totals.push(total);
      if (this.#times.length % 1024 === 0) this.#drop(now - this.#spanInMs);
    }
  }

  /** Calls counted later than `now - periodInMs`. */
  count(periodInMs: number, now: number): number {
    const first = this.#firstAfter(now - periodInMs);
    const total = this.#totals.at(-1) ?? this.#droppedTotal;
    return total - (first === 0 ? this.#droppedTotal : (this.#totals[first - 1] ?? 0));
  }

  /** Returns the time at which the oldest call of the period leaves it; `now` when there is none. */
  nextRelease(periodInMs: number, now: number): number {
    const first = this.#times[this.#firstAfter(now - periodInMs)];
    return first === undefined ? now : first + periodInMs;
  }

  /** Returns the time from which the period has at most `maximum` calls if none are added: `now` at the earliest. */
  whenAtMost(maximum: number, periodInMs: number, now: number): number {
    const total = this.#totals.at(-1) ?? this.#droppedTotal;
    for (let index = this.#firstAfter(now - periodInMs); index < this.#times.length; index += 1) {
      const before = index === 0 ? this.#droppedTotal : (this.#totals[index - 1] ?? 0);
      if (total - before <= maximum) return Math.max(now, (this.#times[index - 1] ?? -Infinity) + periodInMs);
    }
    return Math.max(now, (this.#times.at(-1) ?? -Infinity) + periodInMs);
  }

  #firstAfter(time: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] ?? 0) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #drop(before: number): void {
    const keep = this.#firstAfter(before);
    if (keep === 0) return;
    this.#droppedTotal = this.#totals[keep - 1] ?? this.#droppedTotal;
    this.#times = this.#times.slice(keep);
    this.#totals = this.#totals.slice(keep);
  }
}
