import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolderLedger } from '../ledger/folder-ledger.ts';
import { LOG_FOLDER, type LogReader, readPartNames } from './log-parts.ts';

/**
 * Reads a transparency log that was copied to a folder, laid out as the container is: `tree/{yyyymmdd}/{part}.jsonl`.
 * Links and devices are left out.
 */
export function createFolderLog(folder: string): LogReader {
  const ledger = createFolderLedger(folder);
  return {
    read: (...place) => ledger.read(...place),
    async listParts() {
      const paths: string[] = [];
      for (const day of await namesIn(join(folder, LOG_FOLDER)))
        for (const name of await namesIn(join(folder, LOG_FOLDER, day))) {
          const path = `${LOG_FOLDER}/${day}/${name}`;
          if ((await lstat(join(folder, path))).isFile()) paths.push(path);
        }
      return readPartNames(paths);
    },
  };
}

/** Lists the names in a folder; none where it is no folder. */
async function namesIn(folder: string): Promise<string[]> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() === true ? readdir(folder) : [];
}
