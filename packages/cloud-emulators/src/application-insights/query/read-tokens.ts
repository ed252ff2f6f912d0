import { readDateTime, type Ticks, TICKS_PER_UNIT } from './date-time.ts';
import { syntaxError } from './query-error.ts';

/** A word, sign or literal of a query, with the offset at which it begins. */
export type Token = { readonly at: number } & (
  | { readonly kind: 'word' | 'sign'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number; readonly isWhole: boolean }
  | { readonly kind: 'datetime' | 'timespan'; readonly value: Ticks }
  | { readonly kind: 'end' }
);

/** White space and comments between tokens; a comment ends with its line. */
const SPACE = /(?:\s|\/\/[^\r\n]*)*/y;
const DATE_TIME = /datetime\(([^)]*)\)/y;
/** https://learn.microsoft.com/kusto/query/scalar-data-types/timespan */
const TIMESPAN = /\d+(?:ms|s|m|h|d)(?!\w)/y;
const WORD = /mv-expand\b|[A-Za-z_]\w*/y;
const NUMBER = /\d+(\.\d+)?(?![\w.]|\.\d)|\d+(?=\.\.)/y;
const SIGN = /==|=~|!=|<=|>=|\.\.|[|(),;<>=.[\]*]/y;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  '"': '"',
  "'": "'",
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Splits a query into tokens. @throws QueryError for a character or literal that is not supported. */
export function readTokens(query: string): Token[] {
  const tokens: Token[] = [];
  let at = endOf(SPACE, query, 0) ?? 0;
  while (at < query.length) {
    const [token, end] = readToken(query, at);
    tokens.push(token);
    at = endOf(SPACE, query, end) ?? end;
  }
  tokens.push({ kind: 'end', at });
  return tokens;
}

function readToken(query: string, at: number): [token: Token, end: number] {
  const quote = query[at];
  if (quote === '"' || quote === "'") return readString(query, at, quote);
  const dateTimeEnd = endOf(DATE_TIME, query, at);
  if (dateTimeEnd !== undefined) {
    const value = readDateTime(query.slice(at + 'datetime('.length, dateTimeEnd - 1).trim());
    if (value === undefined) throw syntaxError(`The datetime at offset ${at} is not ISO 8601.`);
    return [{ kind: 'datetime', value, at }, dateTimeEnd];
  }
  const wordEnd = endOf(WORD, query, at);
  if (wordEnd !== undefined) return [{ kind: 'word', text: query.slice(at, wordEnd), at }, wordEnd];
  const timespanEnd = endOf(TIMESPAN, query, at);
  if (timespanEnd !== undefined) {
    const [, count = '', unit = ''] = /^(\d+)(\D+)$/.exec(query.slice(at, timespanEnd)) ?? [];
    return [{ kind: 'timespan', value: BigInt(count) * (TICKS_PER_UNIT[unit] ?? 0n), at }, timespanEnd];
  }
  const numberEnd = endOf(NUMBER, query, at);
  if (numberEnd !== undefined) {
    const text = query.slice(at, numberEnd);
    return [{ kind: 'number', value: Number(text), isWhole: !text.includes('.'), at }, numberEnd];
  }
  const signEnd = endOf(SIGN, query, at);
  if (signEnd !== undefined) return [{ kind: 'sign', text: query.slice(at, signEnd), at }, signEnd];
  throw syntaxError(`Query could not be parsed at offset ${at}.`);
}

/**
 * Reads a quoted string, in which a backslash escapes the next character.
 * Source: https://learn.microsoft.com/kusto/query/scalar-data-types/string
 */
function readString(query: string, start: number, quote: string): [token: Token, end: number] {
  let value = '';
  for (let at = start + 1; at < query.length; at += 1) {
    const character = query[at] ?? '';
    if (character === quote) return [{ kind: 'string', value, at: start }, at + 1];
    if (character === '\n' || character === '\r') break;
    if (character !== '\\') {
      value += character;
      continue;
    }
    at += 1;
    const escape = query[at] ?? '';
    const unicode = escape === 'u' ? /^[0-9A-Fa-f]{4}/.exec(query.slice(at + 1))?.[0] : undefined;
    const simple = SIMPLE_ESCAPES[escape];
    if (unicode !== undefined) {
      value += String.fromCharCode(Number.parseInt(unicode, 16));
      at += unicode.length;
    } else if (simple !== undefined) value += simple;
    else throw syntaxError(`The escape at offset ${at - 1} is not one.`);
  }
  throw syntaxError(`The string at offset ${start} has no end.`);
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
