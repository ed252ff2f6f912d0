import type { PolicyContext } from './context.ts';

export { ExpressionEvaluationError } from './evaluation-error.ts';
export { ExpressionError } from './expression-error.ts';

/** What stands inside `@( … )` is an expression, what stands inside `@{ … }` are statements that return. */
export type ExpressionKind = 'expression' | 'statements';

/** One policy expression, bound to its C# types and ready to run. */
export interface CompiledExpression {
  /** The static C# type, such as `string`, `bool` or `JObject`; `object` where returns disagree. */
  readonly resultType: string;
  /** Whether it reads a body, which the engine then has to buffer first. */
  readonly reads: { readonly requestBody: boolean; readonly responseBody: boolean };
  /**
   * Runs it. A C# string is a JavaScript string, bool a boolean, int a number, null is null;
   * any other value is opaque: hand it on as a variable, or give it to `formatValue`.
   * @throws {ExpressionEvaluationError} for a C# exception, or after 1,000,000 steps.
   */
  readonly evaluate: (context: PolicyContext) => unknown;
}

/** Compiles policy expressions; one serves any number of them. */
export interface ExpressionCompiler {
  /** @throws {ExpressionError} for a syntax error or anything unsupported. */
  readonly compile: (source: string, kind: ExpressionKind) => CompiledExpression;
}

/** Loads the C# grammar; call it once. */
export function loadExpressionCompiler(): Promise<ExpressionCompiler> {
  return Promise.reject(new Error('not yet'));
}

/** A value as C#'s `ToString()` gives it with the invariant culture; null gives an empty string. */
export function formatValue(value: unknown): string {
  return String(value);
}
