import { setTimeout as pause } from 'node:timers/promises';

/** The bytes of each body that are read at full speed. */
const FREE_BYTES = 131_072;
/** The further bytes that are read at full speed, all bodies together, when none were read for a time. */
const BURST_BYTES = 1_048_576;
/** The bytes of large bodies that are read in a millisecond, all bodies together. */
const BYTES_IN_A_MS = 25_000;
/** Shorter waits are put together, since timers are exact to a millisecond only. */
const SHORTEST_WAIT_IN_MS = 5;
/** The bytes of waiting parts that go on at once: one part of a sender that is as fast as the reader. */
const BYTES_AT_ONCE = 65_536;

/** The pace of one body. */
export interface PacedBody {
  /**
   * Counts a part of the body.
   * @returns undefined when the next part may be read at once, or a promise that resolves when it may.
   */
  next(bytes: number): Promise<void> | undefined;
}

interface WaitingPart {
  /** The place of its body in the order in which bodies began. */
  readonly order: number;
  /** The bytes of its body that are declared, or have come when there are more of them. */
  readonly size: number;
  readonly bytes: number;
  readonly goOn: () => void;
}

/** The orders in which waiting parts go on, some by each. */
const ORDERS: readonly ((one: WaitingPart, other: WaitingPart) => number)[] = [
  (one, other) => one.order - other.order,
  (one, other) => one.size - other.size,
];

/**
 * Bounds the speed at which one process reads large bodies to 25 MB/s, all bodies together, and reads them one after
 * another. Gateways and hosts in production read on many threads. Here one body of 20 MB would hold up every other call of
 * the process, and bodies that are read in step would all be whole, and sent on, at the same moment.
 *
 * The body that began first and the smallest one go on at the same time, the others while these two are slow.
 */
class BodyPace {
  /** The time by which the bytes that were read are due. */
  #dueAt = 0;
  #begun = 0;
  readonly #waiting: WaitingPart[] = [];

  /**
   * Begins a body.
   * @param declared the length that the request declares, in bytes; 0 for none.
   */
  begin(declared: number): PacedBody {
    const order = (this.#begun += 1);
    let size = 0;
    return {
      next: (bytes) => {
        size += bytes;
        if (size <= FREE_BYTES) return undefined;
        const earliest = performance.now() - BURST_BYTES / BYTES_IN_A_MS;
        this.#dueAt = Math.max(this.#dueAt, earliest) + bytes / BYTES_IN_A_MS;
        if (this.#dueInMs() < SHORTEST_WAIT_IN_MS) return undefined;
        return new Promise((goOn) => {
          this.#waiting.push({ order, size: Math.max(declared, size), bytes, goOn });
          if (this.#waiting.length === 1) void this.#letOn();
        });
      },
    };
  }

  /** Lets waiting parts go on until none is left. */
  async #letOn(): Promise<void> {
    while (this.#waiting.length > 0) {
      await pause(Math.max(SHORTEST_WAIT_IN_MS, this.#dueInMs()));
      for (const order of ORDERS) {
        this.#waiting.sort(order);
        for (let bytes = 0; bytes < BYTES_AT_ONCE;) {
          const part = this.#waiting.shift();
          if (!part) break;
          bytes += part.bytes;
          part.goOn();
        }
      }
    }
  }

  #dueInMs(): number {
    return this.#dueAt - performance.now();
  }
}

/** The pace of this process. */
export const bodyPace = new BodyPace();
