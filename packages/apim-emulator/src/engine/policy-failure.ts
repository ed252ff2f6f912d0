import { ExpressionEvaluationError } from '@vertex-ai-gateway/csharp-expressions/compile';
import type { PolicyLastError } from '@vertex-ai-gateway/csharp-expressions/context';

/** The place of a policy, as `context.LastError` tells it. */
export interface PolicyLocation {
  /** The policy's name, or that of a built-in step. */
  readonly source: string;
  readonly scope: string;
  readonly section: string;
  readonly path: string;
  readonly policyId: string;
}

/** A failure, and its answer unless `on-error` gives another. */
export interface Failure {
  /** A reason of the page below, such as `RateLimitExceeded`. */
  readonly reason: string;
  /** The text of `context.LastError.Message`. */
  readonly message: string;
  readonly status: number;
  /** The message of the answer; the same as `message` when left out, except for a 500, which then tells nothing. */
  readonly answer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The reason in the answer's status line; the standard one when left out. */
  readonly statusReason?: string;
}

/**
 * Ends the pipeline and runs `on-error`.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies
 */
export class PolicyFailure extends Error {
  readonly failure: Failure;
  /** The place of the innermost policy that it passed through. */
  location: PolicyLocation | undefined;

  constructor(failure: Failure, location?: PolicyLocation) {
    super(failure.message);
    this.name = 'PolicyFailure';
    this.failure = failure;
    this.location = location;
  }

  /** The failure that an error amounts to: an expression's, one of API Management's, or an internal one. */
  static of(error: unknown, location?: PolicyLocation): PolicyFailure {
    const failure = error instanceof PolicyFailure ? error : new PolicyFailure(explain(error));
    failure.location ??= location;
    return failure;
  }

  /** The failure as `context.LastError` shows it. */
  get lastError(): PolicyLastError {
    const { reason, message } = this.failure;
    const location = this.location ?? { source: '', scope: '', section: '', path: '', policyId: '' };
    return { ...location, reason, message };
  }
}

function explain(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ExpressionEvaluationError)) return { reason: 'InternalError', message, status: 500 };
  return {
    reason: 'ExpressionValueEvaluationFailure',
    message: `Expression evaluation failed. ${message}`,
    status: 500,
  };
}
