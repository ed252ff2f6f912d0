import { spend } from '../budget.ts';
import { formatValue } from '../format.ts';
import { Boxed } from '../values/boxed.ts';
import { DateTime } from '../values/date-time.ts';
import { DateTimeOffset } from '../values/date-time-offset.ts';
import { Decimal } from '../values/decimal.ts';
import { formatDate, formatDateOffset } from './format-date.ts';
import { formatNumber } from './format-number.ts';

/** The shape of a token, so that this module needs none of the classes. */
interface WritableToken {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly children: () => readonly WritableToken[];
}

/** Writes a token's JSON as Newtonsoft writes it. */
export function writeJson(token: WritableToken, indented: boolean): string {
  return write(token, indented ? '\n' : '', indented ? ': ' : ':');
}

/** A boxed C# value's JSON as Newtonsoft writes it. */
function writeScalar(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
  }
  if (value === null || value === undefined) return 'null';
  if (value instanceof Boxed) return writeBoxed(value);
  if (value instanceof Decimal) return withPoint(value.toString());
  if (value instanceof DateTime) return `"${formatDate(value, ISO)}"`;
  if (value instanceof DateTimeOffset) return `"${formatDateOffset(value, ISO_OFFSET)}"`;
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  return typeof value === 'number' || typeof value === 'bigint'
    ? value.toString()
    : quote(formatValue(value));
}

const ISO = "yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFK";
const ISO_OFFSET = "yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFzzz";
const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/** A JSON string with Newtonsoft's escapes. */
function quote(text: string): string {
  return `"${text.replace(/["\\\p{Cc}\u2028\u2029]/gu, escapeCharacter)}"`;
}

// U+0085 is the only control character above U+001F that is escaped.
function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0x7f && code <= 0x9f && code !== 0x85) return character;
  return ESCAPES[character] ?? `\\u${code.toString(16).padStart(4, '0')}`;
}

function write(token: WritableToken, newLine: string, colon: string): string {
  spend();
  const children = token.children();
  const inner = newLine === '' ? '' : `${newLine}  `;
  switch (token.type) {
    case 'JObject':
      return children.length === 0
        ? '{}'
        : `{${inner}${children.map((child) => write(child, inner, colon)).join(`,${inner}`)}${newLine}}`;
    case 'JArray':
      return children.length === 0
        ? '[]'
        : `[${inner}${children.map((child) => write(child, inner, colon)).join(`,${inner}`)}${newLine}]`;
    case 'JProperty':
      return quote(token.name ?? '') + colon + children.map((child) => write(child, newLine, colon)).join('');
    default:
      return writeScalar(token.value);
  }
}

function writeBoxed({ type, value }: Boxed): string {
  switch (type.name) {
    case 'char':
      return quote(String.fromCharCode(value as number));
    case 'double':
    case 'float': {
      const text = formatNumber(value as number, type.name);
      return Number.isFinite(value) ? withPoint(text) : `"${text}"`;
    }
    default:
      return String(value);
  }
}

function withPoint(text: string): string {
  return /[.E]/.test(text) ? text : `${text}.0`;
}
