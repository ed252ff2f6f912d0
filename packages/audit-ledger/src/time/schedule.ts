/** Runs a task once, after a delay in milliseconds. Returns a function that cancels it. */
export type Schedule = (task: () => void, delayInMs: number) => () => void;

/** Schedules by the clock. A pending task keeps the process alive. */
export const byTheClock: Schedule = (task, delayInMs) => {
  const timer = setTimeout(task, delayInMs);
  return () => clearTimeout(timer);
};

/** Schedules by the clock. A pending task does not keep the process alive. */
export const inTheBackground: Schedule = (task, delayInMs) => {
  const timer = setTimeout(task, delayInMs).unref();
  return () => clearTimeout(timer);
};
