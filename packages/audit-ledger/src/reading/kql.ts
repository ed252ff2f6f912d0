import type { Period } from '../time/period.ts';
import { UTC_INSTANT } from './instant.ts';

/**
 * Writes parts of queries in the Kusto Query Language. Values from outside become literals here and nowhere else.
 * https://learn.microsoft.com/kusto/query/scalar-data-types/string
 */

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Characters that could end a literal or its line, and those that not every reader takes for a character. */
const UNSAFE = /[\\"\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Writes a string literal in double quotes. No text can break out of it. */
export function textLiteral(text: string): string {
  return `"${text.replace(UNSAFE, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const simple = SIMPLE_ESCAPES[character];
  if (simple !== undefined) return simple;
  let escaped = '';
  for (let index = 0; index < character.length; index += 1)
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  return escaped;
}

/**
 * Writes a datetime literal. @throws RangeError for text that is not RFC 3339 in UTC with at most seven digits of
 * fraction.
 */
export function dateTimeLiteral(instant: Date | string): string {
  const text = typeof instant === 'string' ? instant : instant.toISOString();
  if (!UTC_INSTANT.test(text)) throw new RangeError('The instant cannot be used in a query.');
  return `datetime(${text})`;
}

/**
 * Writes the name of a column in quotes, which names need that are words of the language. The name must be one of ours:
 * it is not escaped.
 * https://learn.microsoft.com/kusto/query/schema-entities/entity-names
 */
export function column(name: string): string {
  return `['${name}']`;
}

/** Writes the condition that a column equals a text. */
export function is(name: string, text: string): string {
  return `${column(name)} == ${textLiteral(text)}`;
}

/** Writes the condition that a column equals one of the texts. It never holds for an empty list. */
export function isIn(name: string, texts: readonly string[]): string {
  return texts.length === 0 ? '1 == 0' : `${column(name)} in (${texts.map(textLiteral).join(', ')})`;
}

/** Writes the condition that telemetry is of the period. */
export function isInPeriod({ from, to }: Period): string {
  return `timestamp >= ${dateTimeLiteral(from)} and timestamp < ${dateTimeLiteral(to)}`;
}

/** Joins the steps of a query, one a line. */
export function pipe(...steps: readonly string[]): string {
  return steps.join('\n| ');
}
