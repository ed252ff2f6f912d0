/** A time limit that no retries of a library reach. It is close to the longest delay of a timer. */
export const UNLIMITED_IN_MS = 2_000_000_000;

/**
 * Runs work that talks to a server and waits between its attempts, and cuts those waits short. Timers are fake, and the
 * network is real.
 */
export async function withoutWaiting<Result>(start: () => Promise<Result>): Promise<Result> {
  jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] });
  try {
    const progress = { isSettled: false };
    const work = start().finally(() => (progress.isSettled = true));
    work.catch(() => undefined);
    while (!progress.isSettled) {
      await new Promise((resolve) => setImmediate(resolve));
      jest.advanceTimersByTime(100);
    }
    return await work;
  } finally {
    jest.useRealTimers();
  }
}
