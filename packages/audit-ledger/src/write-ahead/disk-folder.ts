import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, rmdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, FolderError } from './disk-errors.ts';
import type { FolderFile, WriteAheadFolder } from './write-ahead-folder.ts';

/**
 * The mode bits of the group and of others:
 * https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/sys_stat.h.html
 */
const ANYBODY_ELSE = 0o077;
const OWNERS_FOLDER = 0o700;
const OWNERS_FILE = 0o600;
/** Without O_CREAT, because a file that is gone was taken over by another process. */
const APPEND_TO_EXISTING = constants.O_WRONLY | constants.O_APPEND;
const DRAFT_SUFFIX = '.draft';

/**
 * Works with a folder of the local disk, which the first write makes and which goes with its last file. The folder and
 * its files are their owner's alone. What is written is on the disk when the write resolves.
 */
export function createDiskFolder(folder: string): WriteAheadFolder {
  const pathOf = (name: string) => join(folder, name);
  return {
    async list() {
      if (!(await isThere(folder))) return [];
      const files: FolderFile[] = [];
      for (const name of await readdir(folder)) {
        const found = await unlessGone(lstat(pathOf(name)));
        if (found?.isFile() === true) files.push({ name, modifiedAt: found.mtime });
      }
      return files;
    },

    async replace(name, bytes) {
      await mkdir(folder, { recursive: true, mode: OWNERS_FOLDER });
      await isThere(folder);
      const draft = pathOf(`${name}${DRAFT_SUFFIX}`);
      try {
        await use(await open(draft, 'w', OWNERS_FILE), (file) => write(file, bytes));
        await rename(draft, pathOf(name));
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw error;
      }
      // The new name is on the disk once the folder is.
      await use(await open(folder, 'r'), (handle) => handle.sync());
    },

    async append(name, bytes) {
      const file = await unlessGone(open(pathOf(name), APPEND_TO_EXISTING));
      if (file) await use(file, () => write(file, bytes));
      return file !== undefined;
    },

    async touch(name) {
      const now = new Date();
      return succeeds(utimes(pathOf(name), now, now));
    },

    async read(name, position, length) {
      const file = await unlessGone(open(pathOf(name), 'r'));
      if (!file) return Buffer.alloc(0);
      const { buffer, bytesRead } = await use(file, () =>
        file.read(Buffer.alloc(length), 0, length, position),
      );
      return buffer.subarray(0, bytesRead);
    },

    rename: (name, to) => succeeds(rename(pathOf(name), pathOf(to))),

    async remove(name) {
      await rm(pathOf(name), { force: true });
      // Only an empty folder can be deleted like this.
      await rmdir(folder).catch(() => undefined);
    },
  };
}

/** Tells whether the folder is there. @throws FolderError when it is a link or no folder, or others may use it. */
async function isThere(folder: string): Promise<boolean> {
  const found = await unlessGone(lstat(folder));
  if (!found) return false;
  // Windows has no such mode bits, and no such ids.
  const isOwners =
    process.platform === 'win32' || (found.uid === process.getuid?.() && (found.mode & ANYBODY_ELSE) === 0);
  if (!found.isDirectory() || !isOwners) throw new FolderError('its folder may be used by others');
  return true;
}

async function write(file: FileHandle, bytes: Uint8Array): Promise<void> {
  await file.writeFile(bytes);
  await file.datasync();
}

async function use<Result>(file: FileHandle, work: (file: FileHandle) => Promise<Result>): Promise<Result> {
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Gives undefined where a file or folder is gone. */
async function unlessGone<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  return (await unlessGone(work.then(() => true))) ?? false;
}
