/** A queue for long work that is divided into pieces. Each piece is done in a turn of the event loop of its own. */
export interface Turns {
  /** Resolves when the next piece may be done. A piece takes some milliseconds at most. */
  next(): Promise<void>;
}

/**
 * Lets one piece be done in each turn of the event loop, first come, first served. Other work of the process waits for
 * one piece at most, however many bodies are being read.
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

/** The queue of this process. */
export const loopTurns: Turns = new LoopTurns();
