import { semanticError } from './query-error.ts';
import { findFunction } from './scalar-functions.ts';
import type { BinaryOperator, Comparison, Expression } from './syntax.ts';
import { type Column, INGESTED_AT, isNumeric, type Row, type ScalarType, type Value } from './table.ts';

/** An expression whose type is known and that gives its value for a row. */
export interface Bound {
  readonly type: ScalarType;
  readonly evaluate: (row: Row) => Value;
}

/**
 * Binds an expression to the columns that it may name. @throws QueryError for an unknown name or an unsuitable type.
 */
export function bindExpression(expression: Expression, columns: readonly Column[]): Bound {
  const bind = (inner: Expression): Bound => bindExpression(inner, columns);
  switch (expression.kind) {
    case 'string':
      return { type: 'string', evaluate: () => expression.value };
    case 'number':
      return { type: expression.isWhole ? 'long' : 'real', evaluate: () => expression.value };
    case 'datetime':
    case 'timespan':
      return { type: expression.kind, evaluate: () => expression.value };
    case 'name':
      return bindName(expression.name, columns);
    case 'property':
      return bindProperty(bind(expression.of), expression.name);
    case 'call':
      return bindCall(expression.name, expression.parameters.map(bind));
    case 'binary': {
      const { operator, left, right } = expression;
      if (operator === 'and' || operator === 'or') return bindLogic(operator, bind(left), bind(right));
      if (operator === 'matches regex') return bindPattern(bind(left), right);
      if (isTextOperator(operator)) return bindTextOperator(operator, bind(left), bind(right));
      return bindComparison(operator, bind(left), bind(right));
    }
    case 'in': {
      const value = bind(expression.value);
      const matches = expression.list.map((item) => bindComparison('==', value, bind(item)));
      return { type: 'bool', evaluate: (row) => matches.some(({ evaluate }) => evaluate(row) === true) };
    }
    case 'between': {
      const value = bind(expression.value);
      return bindLogic(
        'and',
        bindComparison('>=', value, bind(expression.low)),
        bindComparison('<=', value, bind(expression.high)),
      );
    }
    case 'star':
      throw semanticError('"*" stands for columns in arg_max and arg_min alone.');
  }
}

function bindName(name: string, columns: readonly Column[]): Bound {
  const column = columns.find((one) => one.name === name);
  if (!column) throw semanticError(`Failed to resolve column or scalar expression named '${name}'.`);
  return { type: column.type, evaluate: (row) => row[name] };
}

/** Binds a property of a dynamic value; a missing property is null. */
function bindProperty({ type, evaluate }: Bound, name: string): Bound {
  if (type !== 'dynamic') throw semanticError(`A ${type} has no property '${name}'.`);
  return {
    type: 'dynamic',
    evaluate: (row) => {
      const value = evaluate(row);
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
      return (value as Readonly<Record<string, unknown>>)[name] ?? null;
    },
  };
}

function bindCall(name: string, parameters: readonly Bound[]): Bound {
  // It is null for rows that are no longer those of a table.
  if (name === 'ingestion_time' && parameters.length === 0)
    return { type: 'datetime', evaluate: (row) => row[INGESTED_AT] ?? null };
  const found = findFunction(name);
  if (!found) throw semanticError(`The function '${name}' is not emulated here.`);
  const types = parameters.map(({ type }) => type);
  if (types.includes('timespan') && name !== 'bin')
    throw semanticError('A timespan is emulated as a parameter of bin() alone.');
  const type = found.typeOf(types);
  if (type === undefined) throw semanticError(`${name}() does not take (${types.join(', ')}).`);
  return { type, evaluate: (row) => found.apply(parameters.map(({ evaluate }) => evaluate(row))) };
}

/** Binds `and` or `or`. The result is null when one side is null and the other does not decide. */
function bindLogic(operator: 'and' | 'or', left: Bound, right: Bound): Bound {
  if (left.type !== 'bool' || right.type !== 'bool')
    throw semanticError(`'${operator}' takes bool, not ${left.type} and ${right.type}.`);
  const decisive = operator === 'or';
  return {
    type: 'bool',
    evaluate: (row) => {
      const one = left.evaluate(row);
      if (one === decisive) return decisive;
      const other = right.evaluate(row);
      if (other === decisive) return decisive;
      return one === null || other === null ? null : !decisive;
    },
  };
}

const TEXT_OPERATORS = {
  contains_cs: (text: string, part: string) => text.includes(part),
  startswith_cs: (text: string, part: string) => text.startsWith(part),
  '=~': (text: string, other: string) => text.toLowerCase() === other.toLowerCase(),
};
type TextOperator = keyof typeof TEXT_OPERATORS;

function isTextOperator(operator: BinaryOperator): operator is TextOperator {
  return Object.hasOwn(TEXT_OPERATORS, operator);
}

/** Binds an operator on text. Source: https://learn.microsoft.com/kusto/query/datatypes-string-operators */
function bindTextOperator(operator: TextOperator, left: Bound, right: Bound): Bound {
  if (left.type !== 'string' || right.type !== 'string')
    throw semanticError(`'${operator}' is emulated for text alone, not ${left.type} and ${right.type}.`);
  const compare = TEXT_OPERATORS[operator];
  return {
    type: 'bool',
    evaluate: (row) => compare(left.evaluate(row) as string, right.evaluate(row) as string),
  };
}

/** Letters, digits, hyphens, anchors, classes of characters, and numbers of repetitions: RE2 reads them as JavaScript does. */
const SIMPLE_PATTERN = /^\^?(?:[\w-]|\[[\w-]+\]|\{\d+\})+\$?$/;

/** Binds `matches regex`. Source: https://learn.microsoft.com/kusto/query/matches-regex-operator */
function bindPattern({ type, evaluate }: Bound, pattern: Expression): Bound {
  if (type !== 'string') throw semanticError(`'matches regex' is emulated for text alone, not ${type}.`);
  if (pattern.kind !== 'string' || !SIMPLE_PATTERN.test(pattern.value))
    throw semanticError(
      'The regular expression is not emulated: it may have characters, classes and numbers.',
    );
  const expression = new RegExp(pattern.value, 'u');
  return { type: 'bool', evaluate: (row) => expression.test(evaluate(row) as string) };
}

/** Binds a comparison. Source: https://learn.microsoft.com/kusto/query/scalar-data-types/null-values */
function bindComparison(operator: Comparison, left: Bound, right: Bound): Bound {
  const isEquality = operator === '==' || operator === '!=';
  const isComparable = isEquality
    ? left.type === right.type || isDynamicAndText(left.type, right.type)
    : left.type === right.type && left.type === 'datetime';
  if (!isComparable && !(isNumeric(left.type) && isNumeric(right.type)))
    throw semanticError(`Cannot compare values of types ${left.type} and ${right.type} with '${operator}'.`);
  return {
    type: 'bool',
    evaluate: (row) => compare(operator, left.evaluate(row), right.evaluate(row)),
  };
}

function isDynamicAndText(one: ScalarType, other: ScalarType): boolean {
  return [one, other].includes('dynamic') && [one, other].includes('string');
}

function compare(operator: Comparison, one: Value, other: Value): boolean | null {
  if (one === null && other === null) return null;
  switch (operator) {
    case '==':
      return one === other;
    case '!=':
      return one !== other;
  }
  if (one === null || other === null) return null;
  const [low, high] = [one as number, other as number];
  switch (operator) {
    case '<':
      return low < high;
    case '<=':
      return low <= high;
    case '>':
      return low > high;
    case '>=':
      return low >= high;
  }
}
