import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const LEDGER = resolve('packages/audit-ledger/src');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles a function app that imports one module of the audit ledger. */
async function bundle(path: string): Promise<void> {
  const [entry, output] = [join(folder, 'entry.ts'), join(folder, 'main.mjs')];
  writeFileSync(entry, `import ${JSON.stringify(join(LEDGER, path))};`);
  const script = `const { build } = await import('./scripts/build.ts'); await build(${JSON.stringify(entry)}, ${JSON.stringify(output)});`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
}

test.each([
  'commands/erase.ts',
  'commands/read-period.ts',
  'bundles/hash-file.ts',
  'contents/read-content.ts',
  'ledger/folder-ledger.ts',
  'verification/describe-report.ts',
])('a function app with %s of the audit ledger is not built', async (path) => {
  const refusal = new RegExp(
    `must not have what command lines alone use: .*packages/audit-ledger/src/${path}`,
  );
  await expect(bundle(path)).rejects.toThrow(refusal);
});

test('a function app with what it needs of the audit ledger is built', async () => {
  await bundle('ledger/ledger-entry.ts');
  expect(existsSync(join(folder, 'main.mjs'))).toBe(true);
});
