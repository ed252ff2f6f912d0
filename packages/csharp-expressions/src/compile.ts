import { EXPRESSION_BINDERS } from './expression-binders.ts';
import { bindBody } from './bind-statements.ts';
import { Binder } from './binder.ts';
import type { Evaluate } from './bound.ts';
import { withBudget } from './budget.ts';
import type { PolicyContext } from './context.ts';
import { formatValue } from './format.ts';
import './library/declarations.ts';
import { asEvaluationError } from './native-error.ts';
import { loadParser, type Parse } from './parse.ts';
import { Scope } from './scope.ts';
import { getType } from './types.ts';
import { box } from './values/boxed.ts';
import { JsonToken, JsonValue } from './values/json-token.ts';

export { ExpressionEvaluationError } from './evaluation-error.ts';
export { ExpressionError } from './expression-error.ts';

/** `@( … )` holds an expression, `@{ … }` holds statements that return. */
export type ExpressionKind = 'expression' | 'statements';

/** One policy expression, bound to its C# types and ready to run. */
export interface CompiledExpression {
  /** The static C# type, such as `string`, `bool` or `JObject`; `object` where returns disagree. */
  readonly resultType: string;
  /** The bodies that the expression reads; the engine has to buffer them first. */
  readonly reads: { readonly requestBody: boolean; readonly responseBody: boolean };
  /**
   * Runs it. A C# string is a JavaScript string, bool a boolean, int a number, null is null;
   * any other value is opaque: hand it on as a variable.
   * @throws {ExpressionEvaluationError} for a C# exception, or after 1,000,000 steps.
   */
  readonly evaluate: (context: PolicyContext) => unknown;
}

/** Compiles policy expressions; one serves any number of them. */
export interface ExpressionCompiler {
  /** @throws {ExpressionError} for a syntax error or anything unsupported. */
  readonly compile: (source: string, kind: ExpressionKind) => CompiledExpression;
}

/** Compiled expressions keep nothing of a run, so that all compilers of a process can share them. */
const MAXIMUM_COMPILED = 2_000;
const compiled = new Map<string, CompiledExpression>();

/** Loads the C# grammar. A source that this process has compiled before is not compiled again. */
export async function loadExpressionCompiler(): Promise<ExpressionCompiler> {
  const parse = await loadParser();
  return {
    compile: (source, kind) => {
      const key = `${kind} ${source}`;
      const known = compiled.get(key);
      if (known) return known;
      if (compiled.size >= MAXIMUM_COMPILED) compiled.clear();
      const expression = compile(parse, source, kind);
      compiled.set(key, expression);
      return expression;
    },
  };
}

function compile(parse: Parse, source: string, kind: ExpressionKind): CompiledExpression {
  const syntax = parse(source, kind);
  const binder = new Binder(EXPRESSION_BINDERS, bindBody);
  let resultType: string;
  let run: Evaluate;
  if (kind === 'expression') {
    const value = binder.value(syntax, new Scope());
    resultType = value.type.name === 'null' ? 'object' : value.type.name;
    run = (frame) => box(value.evaluate(frame), value.type);
  } else {
    const body = binder.body(syntax, new Scope(), getType('object'));
    resultType = body.natural.name;
    ({ run } = body);
  }
  return {
    resultType,
    reads: { ...binder.reads },
    evaluate: (context) =>
      withinBounds(() => run({ slots: [], parent: null, run: { context, result: null } }) ?? null),
  };
}

/**
 * Returns a value that an expression gave, as text: what its `ToString()` gives, the empty text for null.
 * @throws {ExpressionEvaluationError} after 1,000,000 steps, which it has to itself.
 */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : withinBounds(() => formatValue(value));
}

/** Returns a value that an expression gave, as text on one line. JSON loses its line breaks. */
export function lineOf(value: unknown): string {
  const text = textOf(value);
  return value instanceof JsonToken && !(value instanceof JsonValue) ? text.replace(/\n */g, ' ') : text;
}

/** Runs C# within a budget of its own, and says in C#'s words where JavaScript gave up. */
function withinBounds<Result>(run: () => Result): Result {
  return withBudget(() => {
    try {
      return run();
    } catch (error) {
      throw asEvaluationError(error);
    }
  });
}
