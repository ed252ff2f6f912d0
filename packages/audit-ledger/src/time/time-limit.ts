/** Runs a task once, later; returns how to cancel. */
export type Schedule = (task: () => void, delayInMs: number) => () => void;

/** How long something is waited for, in milliseconds, and what is done then: its value, or its error, is the outcome. */
export interface TimeLimit<Result> {
  readonly schedule: Schedule;
  readonly timeoutInMs: number;
  readonly onLate: () => Result;
}

/** What the work comes to, when that is in time. Work that is late goes on, and what becomes of it is lost. */
export async function inTime<Result>(
  work: Promise<Result>,
  { schedule, timeoutInMs, onLate }: TimeLimit<Result>,
): Promise<Result> {
  let cancel: (() => void) | undefined;
  const late = new Promise<Result>((resolve) => {
    // Done within a promise, so that what it throws is the outcome.
    cancel = schedule(() => resolve(new Promise((done) => done(onLate()))), timeoutInMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel?.();
  }
}
