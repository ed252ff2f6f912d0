import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { schemaFiles } from '../../../scripts/policy/write-schemas.ts';

const PROJECT = join(__dirname, '..', '..', '..');
const DOCUMENTS = ['catalog', 'access', 'limits'] as const;

function validatorOf(name: string): (document: unknown) => boolean {
  const file = schemaFiles().find(({ path }) => path === `governance/schemas/${name}.schema.json`);
  return new Ajv({ strict: false, logger: false }).compile(JSON.parse(file?.text ?? '') as object);
}

function readDocument(name: string): Record<string, unknown> {
  return parse(readFileSync(join(PROJECT, 'governance', `${name}.yaml`), 'utf8')) as Record<string, unknown>;
}

test.each(DOCUMENTS)('the %s document fulfils its JSON Schema', (name) => {
  expect(validatorOf(name)(readDocument(name))).toBe(true);
});

test.each(DOCUMENTS)('the %s schema refuses a key that the document does not have', (name) => {
  expect(validatorOf(name)({ ...readDocument(name), surplus: [] })).toBe(false);
});

test.each(DOCUMENTS)('editors find the %s schema by the first line of its document', (name) => {
  const text = readFileSync(join(PROJECT, 'governance', `${name}.yaml`), 'utf8');
  expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=./schemas/${name}.schema.json`);
});

test('what has a default may be left out', () => {
  const { denies, residency, agents, ...access } = readDocument('access');
  expect([denies, residency, agents].every(Array.isArray)).toBe(true);
  expect(validatorOf('access')(access)).toBe(true);
});

test('the committed schemas are the derived ones', () => {
  for (const { path, text } of schemaFiles()) expect(readFileSync(join(PROJECT, path), 'utf8')).toBe(text);
});
