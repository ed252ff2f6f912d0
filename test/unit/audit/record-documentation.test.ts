import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ANSWER_FIELDS } from '@vertex-ai-gateway/audit-ledger/reading';
import { FlatRecord } from '@vertex-ai-gateway/audit-ledger/record';

const text = readFileSync(join(process.cwd(), 'docs/audit.md'), 'utf8');
const SHORT_NAMES = new Map(ANSWER_FIELDS.map(({ attribute, name }) => [attribute, name]));

test('the table of fields is the schema: names, types, sources and meanings', () => {
  expect(readTable()).toEqual(
    Object.entries(FlatRecord.shape).map(([name, schema]) => {
      const { description = '', source, unit = '', isPersonal } = schema.meta() ?? {};
      const short = SHORT_NAMES.get(name) ?? name;
      return [
        code(name),
        typeOf(schema),
        unit,
        source,
        isPersonal === true ? 'yes' : '',
        schema.safeParse(undefined).success ? '' : 'always',
        short === name ? description : `${description} (${code(short)} in answers)`,
      ];
    }),
  );
});

function readTable(): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => cells(line)[0] === 'field');
  const rest = lines.slice(start + 2);
  return rest
    .slice(
      0,
      rest.findIndex((line) => !line.startsWith('|')),
    )
    .map(cells);
}

function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'yes or no',
  object: 'object',
};

function typeOf(schema: z.ZodType): string {
  const { type, enum: values, const: constant, items } = z.toJSONSchema(schema);
  if (values) return values.map((value) => code(String(value))).join(', ');
  if (constant !== undefined) return code(String(constant));
  if (type !== 'array') return TYPES[String(type)] ?? '';
  return typeof items === 'object' && 'type' in items && items.type === 'string' ? 'texts' : 'list';
}

function code(name: string): string {
  return `\`${name}\``;
}
