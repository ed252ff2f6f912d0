/** A clock and a schedule that move only when told to. */
export interface HandDrivenClock {
  readonly now: () => number;
  /** As settings of the rooms ask for it; returns how to cancel. */
  readonly schedule: (task: () => void, delayInMs: number) => () => void;
  /** Delays of the tasks that wait, from now, soonest first. */
  readonly delays: () => number[];
  /** Moves on, running what falls due, and lets promises settle. */
  readonly advance: (byInMs: number) => Promise<void>;
}

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
