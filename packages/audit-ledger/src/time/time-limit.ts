import type { Schedule } from './schedule.ts';

/** A limit on waiting, in milliseconds. When it passes, the value of `onLate`, or its error, is the outcome. */
interface TimeLimit<Result> {
  readonly schedule: Schedule;
  readonly timeoutInMs: number;
  readonly onLate: () => Result;
}

/**
 * Waits for the work until the limit passes. Resolves or rejects as the work does, or as `onLate` says when the work is
 * late. Late work goes on, and its outcome is dropped.
 */
export async function waitAtMost<Result>(
  work: Promise<Result>,
  { schedule, timeoutInMs, onLate }: TimeLimit<Result>,
): Promise<Result> {
  let cancel: (() => void) | undefined;
  const late = new Promise<Result>((resolve) => {
    // `onLate` runs within a promise, so that its error becomes the outcome.
    cancel = schedule(() => resolve(new Promise((done) => done(onLate()))), timeoutInMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel?.();
  }
}
