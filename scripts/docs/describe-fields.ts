import { z } from 'zod';
import { RECORD_FIELDS, type RecordField } from '@vertex-ai-gateway/audit-ledger/record';
import { writeMarkdownTable } from '../policy/write-table.ts';

const HEADER = ['field', 'type', 'unit', 'known by', 'personal', 'in a record', 'meaning'];

/** Writes the table of the fields of a record in Markdown, a row for each field. Its columns are not aligned. */
export function describeFields(): string {
  return writeMarkdownTable(HEADER, Object.entries<RecordField>(RECORD_FIELDS).map(describeField));
}

/**
 * Puts the table of fields in place of the one that a document has: the lines from its head to the end of the table.
 * @throws Error for a document without such a table.
 */
export function replaceFields(document: string): string {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => /^\| field +\|/.test(line));
  if (start < 0) throw new Error('The document has no table of fields.');
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return [...lines.slice(0, start), describeFields(), ...lines.slice(end < 0 ? lines.length : end)].join(
    '\n',
  );
}

function describeField([name, { schema, facts }]: [string, RecordField]): string[] {
  const { description, source, unit = '', isPersonal, answerName } = facts;
  return [
    code(name),
    typeOf(schema),
    unit,
    source,
    isPersonal ? 'yes' : '',
    schema instanceof z.ZodOptional ? '' : 'always',
    answerName === undefined ? description : `${description} (${code(answerName)} in answers)`,
  ];
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'yes or no',
  object: 'object',
};

/** Describes the type of a field in the words of the documents, such as `whole number`. */
export function typeOf(schema: z.ZodType): string {
  const { type, enum: values, const: constant, items } = z.toJSONSchema(schema);
  if (values) return values.map((value) => code(String(value))).join(', ');
  if (constant !== undefined) return code(String(constant));
  if (type !== 'array') return TYPES[String(type)] ?? '';
  return typeof items === 'object' && 'type' in items && items.type === 'string' ? 'texts' : 'list';
}

function code(text: string): string {
  return `\`${text}\``;
}
