import { setTimeout as pause } from 'node:timers/promises';

/** A queue for long work that is divided into pieces. Each piece is done in a turn of the event loop of its own. */
export interface Turns {
  /** Resolves when the next piece may be done. A piece takes some milliseconds at most. */
  next(): Promise<void>;
}

/** The clock and the timer of a queue, in milliseconds. */
export interface TurnClock {
  readonly now: () => number;
  readonly wait: (durationInMs: number) => Promise<unknown>;
}

/** The time of a turn after which the queue rests. */
const LONG_TURN_IN_MS = 2;
/** The longest rest. A turn can seem long because the machine did other work. */
const LONGEST_REST_IN_MS = 10;

/**
 * Lets one piece be done in each turn of the event loop, first come, first served. Other work of the process waits for
 * one piece at most, however many bodies are being read. A short call takes many turns of the loop, so that the queue rests
 * after a long turn for as long as that turn took.
 */
export class LoopTurns implements Turns {
  readonly #clock: TurnClock;
  readonly #waiting: (() => void)[] = [];
  #isComing = false;

  constructor(clock: TurnClock) {
    this.#clock = clock;
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#isComing) return;
      this.#isComing = true;
      setImmediate(() => this.#letOne());
    });
  }

  #letOne(): void {
    const goOn = this.#waiting.shift();
    if (!goOn) {
      this.#isComing = false;
      return;
    }
    const begunAt = this.#clock.now();
    goOn();
    setImmediate(() => {
      const tookInMs = this.#clock.now() - begunAt;
      if (tookInMs < LONG_TURN_IN_MS) this.#letOne();
      else void this.#clock.wait(Math.min(tookInMs, LONGEST_REST_IN_MS)).then(() => this.#letOne());
    });
  }
}

/** The queue of this process. */
export const loopTurns: Turns = new LoopTurns({
  now: () => performance.now(),
  wait: (durationInMs) => pause(durationInMs),
});
