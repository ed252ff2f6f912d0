import { ANSWER_NAMES, type RecordedCall } from '@vertex-ai-gateway/audit-ledger/reading';
import type { RecordStream } from '../questions/question.ts';

type RecordFormat = 'json' | 'jsonl' | 'csv';

/** The last column. It is filled only in the last row of a list that broke off, which has no other value. */
const ERROR_COLUMN = 'error';

/** One JSON object a line: https://github.com/ndjson/ndjson-spec */
const jsonLines: RecordStream = {
  contentType: 'application/x-ndjson',
  head: '',
  writeRecord: (record) => `${JSON.stringify(record)}\n`,
  writeError: ({ code, message }) => `${JSON.stringify({ error: { code, message } })}\n`,
};

/** Comma-separated values: a header row, and a column for each member of a record. https://www.rfc-editor.org/rfc/rfc4180 */
const csv: RecordStream = {
  contentType: 'text/csv; charset=utf-8; header=present',
  head: writeRow([...ANSWER_NAMES, ERROR_COLUMN]),
  writeRecord: (record) => writeRow([...ANSWER_NAMES.map((name) => cellOf(record[name])), '']),
  writeError: ({ code, message }) => writeRow([...ANSWER_NAMES.map(() => ''), `${code}: ${message}`]),
};

/** The streams of the formats; undefined for `json`, which is answered as one page. */
export const RECORD_STREAMS: Readonly<Record<RecordFormat, RecordStream | undefined>> = {
  json: undefined,
  jsonl: jsonLines,
  csv,
};

const MEDIA_TYPES: ReadonlyMap<string, RecordFormat> = new Map([
  ['application/json', 'json'],
  ['application/*', 'json'],
  ['*/*', 'json'],
  ['application/x-ndjson', 'jsonl'],
  ['application/ndjson', 'jsonl'],
  ['application/jsonl', 'jsonl'],
  ['text/csv', 'csv'],
  ['text/*', 'csv'],
]);

/**
 * Chooses the format that the header Accept weighs highest, the first of several with the same weight; JSON by default.
 * https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
 */
export function readFormat(accept: string | null): RecordFormat {
  let best: { readonly format: RecordFormat; readonly weight: number } | undefined;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const format = MEDIA_TYPES.get(type);
    const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    if (format && weight > (best?.weight ?? 0)) best = { format, weight };
  }
  return best?.format ?? 'json';
}

function cellOf(value: RecordedCall[string]): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(' ');
  return JSON.stringify(value);
}

function writeRow(cells: readonly string[]): string {
  return `${cells.map(writeCell).join(',')}\r\n`;
}

/**
 * Puts an apostrophe before a text that a spreadsheet would take for a formula, and quotes the text where CSV needs it.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
function writeCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
