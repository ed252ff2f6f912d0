import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');

test('the tables of the scale of the audit trail are what the code comes to', () => {
  const script = join(PROJECT, 'packages/audit-ledger/scripts/measure-scale.ts');
  const { status, stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(status).toBe(0);
  const documented = readRows(readFileSync(join(PROJECT, 'docs/operations.md'), 'utf8'));
  const printed = readRows(stdout);
  expect(printed.length).toBeGreaterThan(20);
  expect(documented).toEqual(expect.arrayContaining(printed));
}, 60_000);

/** Reads the rows of all tables of a document, without the spaces that align their cells. */
function readRows(document: string): string[] {
  const rows = document.split('\n').filter((line) => line.startsWith('| '));
  return rows.filter((row) => !row.startsWith('| ---')).map((row) => row.replaceAll(/ +/g, ' '));
}
