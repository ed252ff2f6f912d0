/** Lets long work go on in small pieces, each in a turn of its own. */
export interface Turns {
  /** Resolves when the next piece may be done: some milliseconds of work at the most. */
  next(): Promise<void>;
}

/**
 * One piece in each turn of the event loop, first come, first served, so that however many bodies are worked on, all else
 * waits for one piece of one of them.
 */
export class LoopTurns implements Turns {
  readonly #waiting: (() => void)[] = [];
  #isComing = false;

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#call();
    });
  }

  #call(): void {
    if (this.#isComing || this.#waiting.length === 0) return;
    this.#isComing = true;
    setImmediate(() => {
      this.#isComing = false;
      this.#waiting.shift()?.();
      this.#call();
    });
  }
}

/** Those of this process. */
export const loopTurns: Turns = new LoopTurns();
