/** A clock and a scheduler that advance only by `advance`. */
export interface HandDrivenClock {
  readonly now: () => number;
  /** Runs a task after a delay of this clock. The result cancels it. */
  readonly schedule: (task: () => void, delayInMs: number) => () => void;
  /** Lists the delays of the waiting tasks from now, soonest first. */
  readonly delays: () => number[];
  /** Advances the clock, runs the tasks that fall due, and lets promises settle. */
  readonly advance: (byInMs: number) => Promise<void>;
}

/** Creates a clock that only its test advances. */
export function createHandDrivenClock(start = Date.UTC(2026, 0, 1)): HandDrivenClock {
  let time = start;
  const tasks = new Map<() => void, number>();
  const soonest = () => [...tasks].toSorted(([, one], [, other]) => one - other);
  return {
    now: () => time,
    schedule: (task, delayInMs) => {
      const own = () => task();
      tasks.set(own, time + delayInMs);
      return () => void tasks.delete(own);
    },
    delays: () => soonest().map(([, at]) => at - time),
    async advance(byInMs) {
      const end = time + byInMs;
      for (let next = soonest()[0]; next && next[1] <= end; next = soonest()[0]) {
        const [task, at] = next;
        tasks.delete(task);
        time = Math.max(time, at);
        task();
        await settled();
      }
      time = end;
      await settled();
    },
  };
}

/** Resolves when all promises that can settle have done so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
