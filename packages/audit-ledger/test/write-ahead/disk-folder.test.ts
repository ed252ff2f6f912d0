import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeDiskError } from '../../src/write-ahead/disk-errors.ts';
import { createDiskFolder } from '../../src/write-ahead/disk-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'write-ahead-'));
let made = 0;

afterAll(() => rmSync(root, { recursive: true }));

function start() {
  const path = join(root, String((made += 1)), 'folder');
  return { path, folder: createDiskFolder(path) };
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

async function reasonOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'nothing was thrown', describeDiskError);
}

test('a folder that is not there is empty, and is not made by reading', async () => {
  const { path, folder } = start();
  expect(await folder.list()).toEqual([]);
  expect((await folder.read('a', 0, 10)).byteLength).toBe(0);
  expect([await folder.touch('a'), await folder.append('a', Buffer.from('x'))]).toEqual([false, false]);
  expect(await folder.rename('a', 'b')).toBe(false);
  await folder.remove('a');
  expect(existsSync(path)).toBe(false);
});

test('what is written is its owner’s alone, and nothing else is left in the folder', async () => {
  const { path, folder } = start();
  await folder.replace('a', Buffer.from('one'));
  await folder.replace('a', Buffer.from('two'));
  expect(await folder.append('a', Buffer.from(' and three'))).toBe(true);
  expect((await folder.read('a', 0, 100)).toString()).toBe('two and three');
  expect((await folder.read('a', 4, 3)).toString()).toBe('and');
  expect((await folder.read('a', 100, 3)).byteLength).toBe(0);
  expect(readdirSync(path)).toEqual(['a']);
  expect([modeOf(path), modeOf(join(path, 'a'))]).toEqual([0o700, 0o600]);
});

test('files are listed with the time of their last change, which a touch makes the present', async () => {
  const { folder } = start();
  await folder.replace('a', Buffer.from('one'));
  const startedAt = Date.now() - 1_000;
  expect(await folder.touch('a')).toBe(true);
  const [file] = await folder.list();
  expect(file?.name).toBe('a');
  expect(file?.modifiedAt.getTime()).toBeGreaterThan(startedAt);
});

test('the folder goes with its last file, and comes back with the next', async () => {
  const { path, folder } = start();
  await folder.replace('a', Buffer.from('one'));
  await folder.replace('b', Buffer.from('two'));
  await folder.remove('a');
  expect(readdirSync(path)).toEqual(['b']);
  await folder.remove('b');
  expect(existsSync(path)).toBe(false);
  await folder.replace('c', Buffer.from('three'));
  expect(readdirSync(path)).toEqual(['c']);
});

test('a file is renamed by one of two who try', async () => {
  const { folder } = start();
  await folder.replace('a', Buffer.from('one'));
  const renamed = await Promise.all([folder.rename('a', 'b'), folder.rename('a', 'c')]);
  expect(renamed.filter(Boolean)).toHaveLength(1);
  expect(await folder.list()).toHaveLength(1);
});

test('links and folders are no files', async () => {
  const { path, folder } = start();
  await folder.replace('a', Buffer.from('one'));
  symlinkSync(join(path, 'a'), join(path, 'b'));
  mkdirSync(join(path, 'c'));
  expect((await folder.list()).map(({ name }) => name)).toEqual(['a']);
});

test('a folder that others may use is not used', async () => {
  const { path, folder } = start();
  await folder.replace('a', Buffer.from('one'));
  chmodSync(path, 0o755);
  const why = 'its folder may be used by others';
  expect(await reasonOf(folder.list())).toBe(why);
  expect(await reasonOf(folder.replace('b', Buffer.from('two')))).toBe(why);
  expect(readdirSync(path)).toEqual(['a']);
});

test('a link in the place of the folder is not followed', async () => {
  const { path, folder } = start();
  const target = mkdtempSync(join(root, 'target-'));
  mkdirSync(join(path, '..'));
  symlinkSync(target, path);
  expect(await reasonOf(folder.replace('a', Buffer.from('one')))).toBe('its folder may be used by others');
  expect(readdirSync(target)).toEqual([]);
});

test('why a folder cannot be used is said in plain English', async () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  const inTheWay = 'its folder cannot be made, because a file is in the way';
  expect(await reasonOf(createDiskFolder(file).replace('a', Buffer.from('one')))).toBe(inTheWay);
  expect(await reasonOf(createDiskFolder(join(file, 'below')).replace('a', Buffer.from('one')))).toBe(
    inTheWay,
  );
  const withCode = (code: string) => Object.assign(new Error(`${code}: /var/secret`), { code });
  expect(['ENOSPC', 'EROFS', 'EACCES', 'EIO'].map((code) => describeDiskError(withCode(code)))).toEqual([
    'the disk is full',
    'its folder is read-only',
    'its folder may not be used by this process',
    'its disk cannot be used (EIO)',
  ]);
});
