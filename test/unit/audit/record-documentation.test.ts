import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANSWER_FIELDS } from '@vertex-ai-gateway/audit-ledger/reading';
import { FlatRecord } from '@vertex-ai-gateway/audit-ledger/record';
import { typeOf } from '../../../scripts/docs/describe-fields.ts';

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

function code(name: string): string {
  return `\`${name}\``;
}
