/** Thrown at evaluation: a C# exception that the expression didn't catch, or a bound of this emulator. */
export class ExpressionEvaluationError extends Error {
  /** The .NET type without its namespace, such as `FormatException`; `ExpressionBudgetExceeded` for our own bound. */
  readonly exceptionType: string;
  /** The C# inner exception. */
  readonly inner: ExpressionEvaluationError | null;

  constructor(exceptionType: string, message: string, inner: ExpressionEvaluationError | null = null) {
    super(message);
    this.name = 'ExpressionEvaluationError';
    this.exceptionType = exceptionType;
    this.inner = inner;
  }

  /** The exception as a C# object is of this type. */
  get type(): string {
    return this.exceptionType;
  }
}

/** Throws a C# exception. */
export function raise(exceptionType: string, message: string): never {
  throw new ExpressionEvaluationError(exceptionType, message);
}
