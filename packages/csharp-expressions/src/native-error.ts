import { ExpressionEvaluationError } from './evaluation-error.ts';

/** Returns the .NET exception for a failure of JavaScript itself: too deep a recursion, too long a string. */
export function asEvaluationError(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  return error.message.includes('call stack')
    ? new ExpressionEvaluationError(
        'InsufficientExecutionStackException',
        'The expression calls itself too deeply.',
      )
    : new ExpressionEvaluationError(
        'OutOfMemoryException',
        'Insufficient memory to continue the execution of the program.',
      );
}
