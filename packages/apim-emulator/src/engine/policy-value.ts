import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyText } from '../documents/policy-element.ts';
import { scanExpression, startsExpression } from '../documents/scan-expression.ts';
import { ExpressionError, lineOf, textOf } from '@vertex-ai-gateway/csharp-expressions/compile';
import type { ExpressionCompiler } from '@vertex-ai-gateway/csharp-expressions/compile';
import type { Exchange } from './exchange.ts';

/** A literal or an expression, ready to be evaluated. */
export interface PolicyValue {
  /** The text itself where it is no expression. */
  readonly literal: string | undefined;
  /** The C# type of an expression, known before it runs, such as `string` or `bool?`; `string` of a literal. */
  readonly resultType: string;
  /** True when it reads the response's body, which has to be buffered first. */
  readonly readsResponseBody: boolean;
  readonly evaluate: (exchange: Exchange) => unknown;
  /** Evaluates it as text, by C#'s `ToString()`; the empty text for null. */
  readonly text: (exchange: Exchange) => string;
  /** The same where it has to stand on one line, as in a header. */
  readonly line: (exchange: Exchange) => string;
}

/**
 * Compiles a literal or a policy expression whose named values are already in place.
 * @throws {PolicyDocumentError} for an expression that doesn't compile or isn't the whole value.
 */
export function compileValue(
  text: PolicyText,
  element: string,
  expressions: ExpressionCompiler,
): PolicyValue {
  const source = text.value.trim();
  if (!startsExpression(source, 0)) return literal(text, element);
  if (scanExpression(source, 0) !== source.length)
    throw new PolicyDocumentError(
      text.position,
      element,
      'An expression must be the whole value, and closed.',
    );
  try {
    const compiled = expressions.compile(
      source.slice(2, -1),
      source[1] === '(' ? 'expression' : 'statements',
    );
    return {
      literal: undefined,
      resultType: compiled.resultType,
      readsResponseBody: compiled.reads.responseBody,
      evaluate: (exchange) => compiled.evaluate(exchange),
      text: (exchange) => textOf(compiled.evaluate(exchange)),
      line: (exchange) => lineOf(compiled.evaluate(exchange)),
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { file, line, column } = text.position;
    const position = {
      file,
      line: line + error.line - 1,
      column: error.line === 1 ? column + 1 + error.column : error.column,
    };
    throw new PolicyDocumentError(position, element, error.message);
  }
}

function literal(text: PolicyText, element: string): PolicyValue {
  if (/@[({]/.test(text.value))
    throw new PolicyDocumentError(text.position, element, 'An expression must be the whole value.');
  return {
    literal: text.value,
    resultType: 'string',
    readsResponseBody: false,
    evaluate: () => text.value,
    text: () => text.value,
    line: () => text.value,
  };
}
