import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { CODES } from '../../src/errors/codes.ts';
import { Settings } from '../../src/settings.ts';

const ROOT = join(__dirname, '../..');
const settings = readFileSync(join(ROOT, 'docs/settings.md'), 'utf8');
const errors = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
const edgeErrors = readFileSync(join(ROOT, 'apim/policy-fragments/name-error/policy.xml'), 'utf8');

test('the settings table is the schema of the settings: names, defaults and meanings', () => {
  expect(readTable(settings, 'setting')).toEqual(
    Object.entries(Settings.shape).map(([name, schema]) => [
      code(name),
      defaultOf(schema),
      schema.description ?? '',
    ]),
  );
});

test('the table of error codes has every code of the function app and of the edge, with its status', () => {
  const rows = readTable(errors, 'code');
  const statuses = new Map(Object.entries(CODES).map(([name, { status }]) => [code(name), String(status)]));
  for (const [name, status] of edgeCodes()) {
    expect([name, statuses.get(code(name)) ?? status]).toEqual([name, status]);
    statuses.set(code(name), status);
  }
  const documented = rows.map(([name = '', status = '']): [string, string] => [name, status]);
  expect(new Map(documented)).toEqual(statuses);
  expect(documented).toHaveLength(statuses.size);
});

test('every error code says what it means and what to do, in a sentence each', () => {
  for (const [name, , meaning, remedy] of readTable(errors, 'code')) {
    expect([name, meaning]).toEqual([name, expect.stringMatching(/^[A-Z].{10,}\.$/)]);
    expect([name, remedy]).toEqual([name, expect.stringMatching(/^[A-Z].{10,}\.$/)]);
  }
});

test('the settings named in the table of error codes exist', () => {
  const named = readTable(errors, 'code').flatMap((row) => row[3]?.match(/`[A-Z]+(_[A-Z]+)+`/g) ?? []);
  expect(named.length).toBeGreaterThan(0);
  expect(Object.keys(Settings.shape).map(code)).toEqual(expect.arrayContaining(named));
});

/** Lists the rows of a document's table, cell by cell. The first column has this title. */
function readTable(document: string, title: string): string[][] {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => cells(line)[0] === title);
  const rest = lines.slice(start + 2);
  const length = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, length < 0 ? rest.length : length).map(cells);
}

function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function defaultOf(schema: z.ZodType<string | number | undefined>): string {
  const unset = schema.safeParse(undefined);
  if (!unset.success) return 'required';
  return unset.data === undefined ? 'not set' : code(String(unset.data));
}

function code(text: string): string {
  return `\`${text}\``;
}

function edgeCodes(): [name: string, status: string][] {
  return [
    ...edgeErrors.matchAll(
      /name="error-code" value="(\w+)" \/>\s*<[^>]*name="error-status" value="@\((\d+)\)"/g,
    ),
  ].map(([, name = '', status = '']) => [name, status]);
}
