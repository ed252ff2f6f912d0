import { setTimeout as pause } from 'node:timers/promises';

/** The bytes of each body that are read at full speed. */
const FREE_BYTES = 131_072;
/** The further bytes that are read at full speed, all bodies together, when none were read for a time. */
const BURST_BYTES = 1_048_576;
/** The bytes of large bodies that are read in a millisecond, all bodies together. */
const BYTES_IN_A_MS = 25_000;
/** Shorter waits are put together, since timers are exact to a millisecond only. */
const SHORTEST_WAIT_IN_MS = 5;

/**
 * Bounds the speed at which one process reads large bodies to 25 MB/s, all bodies together. Gateways and hosts in
 * production read on many threads. Here one body of 20 MB would hold up every other call of the process.
 */
class BodyPace {
  /** The time by which the bytes that were read are due. */
  #dueAt = 0;

  /**
   * Counts a part of a body.
   * @param size the bytes of the body until now, those of the part included.
   * @returns undefined when the next part may be read at once, or a promise that resolves when it may.
   */
  next(size: number, bytes: number): Promise<unknown> | undefined {
    if (size <= FREE_BYTES) return undefined;
    const now = performance.now();
    this.#dueAt = Math.max(this.#dueAt, now - BURST_BYTES / BYTES_IN_A_MS) + bytes / BYTES_IN_A_MS;
    return this.#dueAt - now < SHORTEST_WAIT_IN_MS ? undefined : pause(this.#dueAt - now);
  }
}

/** The pace of this process. */
export const bodyPace = new BodyPace();
