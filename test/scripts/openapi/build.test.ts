import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..', '..');
const SPECIFICATION = 'apim/apis/gateway/specification.json';

function run(root: string, ...options: string[]) {
  const script = join(root, 'scripts/openapi/build.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

test('the documents of this project are what the code says', () => {
  expect(run(PROJECT, '--check')).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('a document that was changed by hand is named, and written anew', () => {
  const root = mkdtempSync(join(tmpdir(), 'openapi-'));
  for (const part of ['apim/apis', 'scripts', 'src', 'package.json'])
    cpSync(join(PROJECT, part), join(root, part), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  const file = join(root, SPECIFICATION);
  const written = readFileSync(file, 'utf8');
  writeFileSync(file, written.replace('Identify the caller', 'Name the caller'));
  expect(run(root, '--check')).toEqual({
    status: 1,
    stdout: '',
    stderr: `${SPECIFICATION} is not what scripts/openapi says.\nRun: npm run openapi:build`,
  });
  expect(run(root).stdout).toBe(`Written: ${SPECIFICATION}`);
  expect(readFileSync(file, 'utf8')).toBe(written);
  rmSync(root, { recursive: true });
});

test('an option that does not exist is refused with what there is', () => {
  const { status, stderr } = run(PROJECT, '--chekc');
  expect(status).toBe(2);
  expect(stderr).toContain('Usage: npm run openapi:build -- [--check]');
});
