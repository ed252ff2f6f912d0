import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describeFields, replaceFields } from '../../../scripts/docs/describe-fields.ts';

const PROJECT = join(__dirname, '..', '..', '..');

function build(...options: string[]) {
  const script = join(PROJECT, 'scripts/docs/build.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

test('the table of fields in the document is that of the schema', () => {
  expect(build('--check')).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('an option that does not exist is refused with those that there are', () => {
  const { status, stderr } = build('--chekc');
  expect(status).toBe(2);
  expect(stderr).toContain('Usage: npm run docs:build -- [--check]');
});

test('a field is a row with its type, its unit, who knows it and its meaning', () => {
  const rows = describeFields().split('\n');
  expect(rows).toContain(
    '| `durationInMs` | number | ms | gateway |  | always | Time from the call’s arrival to its end |',
  );
  expect(rows).toContainEqual(expect.stringMatching(/^\| `roles` \| texts \| {2}\| token \| yes \| {2}\|/));
  expect(rows).toContainEqual(expect.stringContaining('(`inputTokens` in answers) |'));
});

test('the table of fields takes the place of an older one, and the rest of the document stays', () => {
  const others = ['# Title', '| other | table |', '|---|---|', ''];
  const old = ['| field   | type |', '| ------- | ---- |', '| `gone`  | text |'];
  const document = (...table: string[]) => [...others, ...table, '', 'The end.'].join('\n');
  expect(replaceFields(document(...old))).toBe(document(describeFields()));
  expect(replaceFields([...others, ...old].join('\n'))).toBe([...others, describeFields()].join('\n'));
});

test('a document without a table of fields is refused', () => {
  expect(() => replaceFields('# Title\n| other | table |')).toThrow('has no table of fields');
});
