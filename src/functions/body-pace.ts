import { setTimeout as pause } from 'node:timers/promises';

/** The bytes of each body that are read at full speed, so that ordinary bodies never wait. */
const FREE_BYTES = 1_048_576;
/** The bytes of large bodies that are read in a millisecond, all bodies together. */
const BYTES_IN_A_MS = 50_000;
/** Shorter waits are put together, since timers are exact to a millisecond only. */
const SHORTEST_WAIT_IN_MS = 5;

/** The clock and the timer of a pace, in milliseconds. */
export interface PaceClock {
  readonly now: () => number;
  readonly wait: (durationInMs: number) => Promise<unknown>;
}

/**
 * Bounds the speed at which large bodies are read to 50 MB/s, all bodies together. A body that is read at full speed takes
 * much of the machine on every hop, and other calls wait for time on each. A sender slows down once the buffers of the
 * connection are full.
 */
export class BodyPace {
  readonly #clock: PaceClock;
  /** The time by which the bytes that were read are due. */
  #dueAt = 0;

  constructor(clock: PaceClock) {
    this.#clock = clock;
  }

  /**
   * Counts a part of a body.
   * @param size the bytes of the body until now, those of the part included.
   * @returns undefined when the next part may be read at once, or a promise that resolves when it may.
   */
  next(size: number, bytes: number): Promise<unknown> | undefined {
    if (size <= FREE_BYTES) return undefined;
    const now = this.#clock.now();
    this.#dueAt = Math.max(this.#dueAt, now) + bytes / BYTES_IN_A_MS;
    return this.#dueAt - now < SHORTEST_WAIT_IN_MS ? undefined : this.#clock.wait(this.#dueAt - now);
  }
}

/** The pace of this process. */
export const bodyPace = new BodyPace({
  now: () => performance.now(),
  wait: (durationInMs) => pause(durationInMs),
});
