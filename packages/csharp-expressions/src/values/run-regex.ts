import { createContext, Script } from 'node:vm';
import { BUDGET_EXCEEDED, MAXIMUM_TIME_IN_MS } from '../budget.ts';
import { ExpressionEvaluationError } from '../evaluation-error.ts';

/** Steps of a match that surely take no time to speak of; more could, where a pattern backtracks. */
const HARMLESS_STEPS = 1e8;

// JavaScript has no limit of its own; a script has, and ending one ends the match within it.
const script = new Script('expression.exec(input)');
const context = createContext({ expression: undefined as unknown, input: '' });
const degrees = new WeakMap<RegExp, Degree>();

/** The growth of a match's time with the length of its input. */
interface Degree {
  /** Quantifiers that a match tries one within the other's reach, and the start where it isn't fixed. */
  readonly power: number;
  readonly optional: number;
  /** The product of the counts of quantifiers such as `{4}`, which leave a match no choice. */
  readonly repeated: number;
  /** A quantifier around another, or around alternatives, or a back reference: no bound is known. */
  readonly isUnbounded: boolean;
}

/**
 * Returns the next match of a pattern that may be anybody's in an input that may be anybody's.
 * @throws {ExpressionEvaluationError} that no C# `catch` sees, after 2 s.
 */
export function runRegex(expression: RegExp, input: string): RegExpExecArray | null {
  if (isHarmless(expression, input.length)) return expression.exec(input);
  Object.assign(context, { expression, input });
  try {
    return script.runInContext(context, { timeout: MAXIMUM_TIME_IN_MS }) as RegExpExecArray | null;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new ExpressionEvaluationError(
      BUDGET_EXCEEDED,
      `A regular expression took more than ${MAXIMUM_TIME_IN_MS} ms.`,
    );
  } finally {
    Object.assign(context, { expression: undefined, input: '' });
  }
}

function isHarmless(expression: RegExp, length: number): boolean {
  let degree = degrees.get(expression);
  if (!degree) degrees.set(expression, (degree = degreeOf(expression.source)));
  const { power, optional, repeated, isUnbounded } = degree;
  return !isUnbounded && Math.max(length, 2) ** power * 2 ** optional * repeated <= HARMLESS_STEPS;
}

function degreeOf(source: string): Degree {
  const groups: boolean[] = [false];
  let power = source.startsWith('^') ? 0 : 1;
  let optional = 0;
  let repeated = 1;
  let isUnbounded = false;
  let closed = false;
  for (const [token] of source.matchAll(
    /\\(?:[1-9k]|[pP]\{[^}]*\}|[^])|\[(?:\\[^]|[^\]\\])*\]|\(\??|[*+?]|\{\d+,?\d*\}|[^]/g,
  )) {
    const isQuantifier = /^(?:[*+?]|\{\d)/.test(token);
    const count = /^\{(\d+)\}$/.exec(token)?.[1];
    if (count !== undefined) {
      repeated *= Math.max(Number(count), 1);
      if (closed) isUnbounded = true;
    } else if (isQuantifier) {
      if (token === '?') optional += 1;
      else power += 1;
      // An optional part is tried once: it adds no repetition.
      if (closed && token !== '?') isUnbounded = true;
      groups[groups.length - 1] = true;
    } else if (/^\\[1-9k]/.test(token)) isUnbounded = true;
    else if (token.startsWith('(')) groups.push(false);
    else if (token === '|') groups[groups.length - 1] = true;
    closed = false;
    if (token === ')') {
      closed = groups.pop() ?? false;
      if (closed && groups.length > 0) groups[groups.length - 1] = true;
    }
  }
  return { power, optional, repeated, isUnbounded };
}
