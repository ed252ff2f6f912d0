/**
 * Thrown at load: the expression is not C#, or uses what this emulator doesn't support.
 * `line` and `column` count from 1 within the source that was given to `compile`.
 */
export class ExpressionError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = 'ExpressionError';
    this.line = line;
    this.column = column;
  }
}
