import type { Schedule } from '../../src/time/schedule.ts';

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that jumps from task to task, so that minutes of work take as long as the work itself. */
export class VirtualClock {
  readonly #tasks = new Set<Task>();
  #time: number;

  /** @param startedAt the first time, in milliseconds since the epoch. */
  constructor(startedAt: number) {
    this.#time = startedAt;
  }

  readonly now = (): number => this.#time;

  readonly schedule: Schedule = (run, delayInMs) => {
    const task = { at: this.#time + Math.max(0, delayInMs), run };
    this.#tasks.add(task);
    return () => void this.#tasks.delete(task);
  };

  /** Resolves after a delay in milliseconds of this clock. */
  readonly wait = (delayInMs: number): Promise<void> =>
    new Promise((resolve) => this.schedule(resolve, delayInMs));

  /** Runs all tasks that are due before a time, and whatever they cause. Time stands there afterwards. */
  async advanceTo(time: number): Promise<void> {
    for (let task = this.#next(time); task; task = this.#next(time)) {
      this.#tasks.delete(task);
      this.#time = task.at;
      task.run();
      // All promises that the task settles have had their turn before a macrotask runs.
      await new Promise(setImmediate);
    }
    this.#time = time;
  }

  #next(before: number): Task | undefined {
    let first: Task | undefined;
    for (const task of this.#tasks) if (task.at < before && (!first || task.at < first.at)) first = task;
    return first;
  }
}
