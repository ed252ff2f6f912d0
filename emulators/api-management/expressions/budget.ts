import { ExpressionEvaluationError } from './evaluation-error.ts';

/** Steps that one evaluation may take: statements, calls, items enumerated and, at 1,024 each, characters built. */
const MAXIMUM_STEPS = 1_000_000;
/** Characters of the longest string that an expression may build. */
const MAXIMUM_STRING_LENGTH = 64 * 1024 * 1024;
/** The exception type of a spent budget; no C# `catch` sees it. */
export const BUDGET_EXCEEDED = 'ExpressionBudgetExceeded';

// Evaluation is synchronous, so one counter serves whatever runs now.
let stepsLeft = 0;

/** Counts steps of the evaluation that runs now, and ends it when there are none left. */
export function spend(steps = 1): void {
  stepsLeft -= steps;
  if (stepsLeft < 0) {
    throw new ExpressionEvaluationError(
      BUDGET_EXCEEDED,
      `The expression took more than ${MAXIMUM_STEPS} steps.`,
    );
  }
}

/** Counts the making of a string, before it is made. */
export function spendLength(length: number): void {
  if (length > MAXIMUM_STRING_LENGTH) {
    throw new ExpressionEvaluationError(
      BUDGET_EXCEEDED,
      `The expression built a string of more than ${MAXIMUM_STRING_LENGTH} characters.`,
    );
  }
  spend(1 + (length >> 10));
}

/** Runs an evaluation with a budget of its own. */
export function withBudget<Result>(run: () => Result): Result {
  const outer = stepsLeft;
  stepsLeft = MAXIMUM_STEPS;
  try {
    return run();
  } finally {
    stepsLeft = outer;
  }
}
