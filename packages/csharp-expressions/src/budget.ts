import { ExpressionEvaluationError } from './evaluation-error.ts';

/** Steps that one evaluation may take: statements, calls, items enumerated and, at 256 each, characters built or read. */
const MAXIMUM_STEPS = 1_000_000;
/** Characters of the longest string that an expression may build. */
const MAXIMUM_STRING_LENGTH = 16 * 1024 * 1024;
/** The longest time of one evaluation; the clock is read every 5,000 steps. */
export const MAXIMUM_TIME_IN_MS = 2_000;
const STEPS_BETWEEN_LOOKS = 5_000;
/** The exception type of a spent budget; no C# `catch` sees it. */
export const BUDGET_EXCEEDED = 'ExpressionBudgetExceeded';

// Evaluation is synchronous, so one counter serves whatever runs now.
let stepsLeft = 0;
let lookAt = 0;
let startedAt: number | undefined;

/** Counts steps of the evaluation that runs now, and ends it when there are none left. */
export function spend(steps = 1): void {
  stepsLeft -= steps;
  if (stepsLeft < 0) {
    throw new ExpressionEvaluationError(
      BUDGET_EXCEEDED,
      `The expression took more than ${MAXIMUM_STEPS} steps.`,
    );
  }
  if (stepsLeft < lookAt) lookAtTime();
}

/** The clock is first looked at when an evaluation turns out to be no short one. */
function lookAtTime(): void {
  lookAt = stepsLeft - STEPS_BETWEEN_LOOKS;
  const now = performance.now();
  startedAt ??= now;
  if (now - startedAt <= MAXIMUM_TIME_IN_MS) return;
  throw new ExpressionEvaluationError(
    BUDGET_EXCEEDED,
    `The expression took more than ${MAXIMUM_TIME_IN_MS} ms.`,
  );
}

/** Counts the reading of a text or of bytes. */
export function spendReading(value: unknown): void {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return;
  if (value.length > 256) spend(value.length >> 8);
}

/** Counts the making of a string, before it is made. */
export function spendLength(length: number): void {
  boundLength(length);
  spend(1 + (length >> 8));
}

/** Ends the evaluation before it makes a string that is too long. */
export function boundLength(length: number): void {
  if (length > MAXIMUM_STRING_LENGTH) {
    throw new ExpressionEvaluationError(
      BUDGET_EXCEEDED,
      `The expression built a string of more than ${MAXIMUM_STRING_LENGTH} characters.`,
    );
  }
}

/** Runs an evaluation with a budget of its own. */
export function withBudget<Result>(run: () => Result): Result {
  const outerStepsLeft = stepsLeft;
  const outerLookAt = lookAt;
  const outerStartedAt = startedAt;
  stepsLeft = MAXIMUM_STEPS;
  lookAt = MAXIMUM_STEPS - STEPS_BETWEEN_LOOKS;
  startedAt = undefined;
  try {
    return run();
  } finally {
    stepsLeft = outerStepsLeft;
    lookAt = outerLookAt;
    startedAt = outerStartedAt;
  }
}
