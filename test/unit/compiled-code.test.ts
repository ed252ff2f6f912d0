import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const NAME = `vertex-ai-gateway-code-${userInfo().uid}`;
const SCRIPT = `
import { getCompileCacheDir } from 'node:module';
import { keepCompiledCode } from ${JSON.stringify(pathToFileURL(resolve('src/compiled-code.ts')).href)};
keepCompiledCode(process.env.PARENT);
process.stdout.write(String(getCompileCacheDir()));
`;

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'compiled-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

/** Returns where a process keeps compiled code whose folder for temporary files is `parent`. */
function folderOf(environment: Readonly<Record<string, string>> = {}): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    encoding: 'utf8',
    env: { PARENT: parent, ...environment },
  });
}

test('compiled code is kept in a folder of this user alone', () => {
  expect(folderOf()).toContain(join(parent, NAME));
  expect(statSync(join(parent, NAME)).mode & 0o777).toBe(0o700);
});

test('compiled code of an earlier process is used', () => {
  folderOf();
  expect(folderOf()).toContain(join(parent, NAME));
  expect(readdirSync(join(parent, NAME))).toHaveLength(1);
});

test('a folder that others may write to is not used', () => {
  mkdirSync(join(parent, NAME));
  chmodSync(join(parent, NAME), 0o770);
  expect(folderOf()).toBe('undefined');
});

test('a link in place of the folder is not followed', () => {
  mkdirSync(join(parent, 'elsewhere'), { mode: 0o700 });
  symlinkSync(join(parent, 'elsewhere'), join(parent, NAME));
  expect(folderOf()).toBe('undefined');
});

test('a process that can keep nothing starts all the same', () => {
  writeFileSync(join(parent, 'file'), '');
  expect(folderOf({ PARENT: join(parent, 'file') })).toBe('undefined');
});

test('the environment says where compiled code is kept, and whether', () => {
  expect(folderOf({ NODE_COMPILE_CACHE: join(parent, 'chosen') })).toContain(join(parent, 'chosen'));
  expect(folderOf({ NODE_DISABLE_COMPILE_CACHE: '1' })).toBe('undefined');
});
