/** Longer than any library retries, and the longest delay that timers know. */
export const UNLIMITED_IN_MS = 2_000_000_000;

/**
 * Runs work that talks to a server and waits between its attempts, with those waits cut short: timers are driven here,
 * the network is real.
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
