import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, readFilePart } from '../ledger/folder-ledger.ts';
import { partFile } from '../ledger/part-names.ts';
import { LOG_FOLDER, type LogReader, readPartNames } from './log-parts.ts';

/**
 * Reads a transparency log that was copied to a folder, laid out as the container is: `tree/{yyyymmdd}/{part}.jsonl`.
 * Links and devices are left out.
 */
export function createFolderLog(folder: string): LogReader {
  return {
    read: (ofDay, part, offset, maximumBytes) =>
      readFilePart(join(folder, ofDay, partFile(part)), offset, maximumBytes),
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
