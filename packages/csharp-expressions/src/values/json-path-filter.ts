import { compareNumbers, compareValues } from '../compare.ts';
import { raise } from '../evaluation-error.ts';
import { unbox } from './boxed.ts';
import { type JsonToken, JsonValue } from './json-token.ts';

type Select = (root: JsonToken, path: string) => JsonToken[];

/** Returns whether a token passes the filter of `[?(…)]`: comparisons, existence, `&&` and `||`. */
export function matchesFilter(filter: string, token: JsonToken, root: JsonToken, select: Select): boolean {
  return splitOutside(filter, '||').some((alternative) =>
    splitOutside(alternative, '&&').every((condition) =>
      matchesCondition(condition.trim(), token, root, select),
    ),
  );
}

function matchesCondition(condition: string, token: JsonToken, root: JsonToken, select: Select): boolean {
  const match = /^(.+?)\s*(===|!==|==|!=|<>|<=|>=|<|>|=~)\s*(.+)$/s.exec(condition);
  const operand = (text: string): readonly unknown[] => operandOf(text.trim(), token, root, select);
  if (!match) return operand(condition).length > 0;
  const [, left = '', operator = '', right = ''] = match;
  if (operator === '=~')
    return raise('JsonException', 'Regular expressions in a JSONPath are not supported here.');
  const expected = operand(right);
  return operand(left).some((value) => expected.some((other) => compares(value, operator, other)));
}

function operandOf(text: string, token: JsonToken, root: JsonToken, select: Select): readonly unknown[] {
  if (/^[@$]/.test(text)) {
    const found = select(text.startsWith('@') ? token : root, text.slice(1));
    return found.map((item) => (item instanceof JsonValue ? unbox(item.value) : item));
  }
  const quoted = /^'(.*)'$|^"(.*)"$/s.exec(text);
  if (quoted) return [quoted[1] ?? quoted[2] ?? ''];
  if (text === 'true' || text === 'false') return [text === 'true'];
  if (text === 'null') return [null];
  const number = /^-?\d+$/.test(text) ? BigInt(text) : Number(text);
  const isNumber = typeof number === 'bigint' ? BigInt.asIntN(64, number) === number : !Number.isNaN(number);
  return isNumber ? [number] : raise('JsonException', `Could not read query operator in path: ${text}`);
}

function compares(left: unknown, operator: string, right: unknown): boolean {
  const areNumbers = isNumber(left) && isNumber(right);
  const isEqual = areNumbers ? compareNumbers(left, right) === 0 : left === right;
  if (operator === '==' || operator === '===') return isEqual;
  if (operator === '!=' || operator === '!==' || operator === '<>') return !isEqual;
  if (left === null || (!areNumbers && typeof left !== typeof right)) return false;
  const order = areNumbers ? compareNumbers(left, right) : compareValues(left, right);
  return operator === '<'
    ? order < 0
    : operator === '>'
      ? order > 0
      : operator === '<='
        ? order <= 0
        : order >= 0;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function splitOutside(text: string, separator: '||' | '&&'): string[] {
  const pattern = separator === '||' ? /'[^']*'|"[^"]*"|\|\|/g : /'[^']*'|"[^"]*"|&&/g;
  const parts: string[] = [];
  let start = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] !== separator) continue;
    parts.push(text.slice(start, match.index));
    start = match.index + separator.length;
  }
  return [...parts, text.slice(start)];
}
