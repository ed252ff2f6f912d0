import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..', '..');
const SPECIFICATION = 'apim/apis/gateway/specification.yaml';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'openapi-'));
  for (const folder of ['apim', 'scripts', 'src', 'package.json', '.prettierrc.json'])
    cpSync(join(PROJECT, folder), join(root, folder), { recursive: true, force: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
});

afterEach(() => rmSync(root, { recursive: true }));

function run(...options: string[]) {
  const script = join(root, 'scripts/openapi/build.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

test('the documents of this project are what the code says', () => {
  expect(run('--check')).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(run()).toEqual({ status: 0, stdout: 'Nothing has changed.', stderr: '' });
});

test('a document that was changed by hand is named, and written anew', () => {
  const file = join(root, SPECIFICATION);
  const written = readFileSync(file, 'utf8');
  writeFileSync(file, written.replace('Who am I', 'Who are you'));
  expect(run('--check')).toEqual({
    status: 1,
    stdout: '',
    stderr: `${SPECIFICATION} is not what scripts/openapi says.\nRun: npm run openapi:build`,
  });
  expect(run().stdout).toBe(`Written: ${SPECIFICATION}`);
  expect(readFileSync(file, 'utf8')).toBe(written);
});

test('a document that would not be imported whole is refused, and nothing is written', () => {
  const table = join(root, 'scripts/openapi/gateway-operations.ts');
  const specification = readFileSync(join(root, SPECIFICATION), 'utf8');
  writeFileSync(
    table,
    readFileSync(table, 'utf8').replace("operationId: 'whoami'", "operationId: 'Who_am_I'"),
  );
  expect(run()).toEqual({
    status: 1,
    stdout: '',
    stderr:
      `${SPECIFICATION} would not be imported whole.\n` +
      'get /v1/whoami: operationId must be kebab-case, at most 76 characters.',
  });
  expect(readFileSync(join(root, SPECIFICATION), 'utf8')).toBe(specification);
});

test('an option that does not exist is refused with what there is', () => {
  const { status, stderr } = run('--chekc');
  expect(status).toBe(1);
  expect(stderr).toContain('Usage: npm run openapi:build -- [--check]');
});
