import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readLines } from '../ledger/read-lines.ts';
import { createFolderLog } from '../transparency-log/folder-log.ts';
import { parseLogLine } from '../transparency-log/log-lines.ts';
import {
  choosePartsOf,
  folderOf,
  type LogPeriod,
  logPartName,
  type LogReader,
} from '../transparency-log/log-parts.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Copies the transparency log of a period to a folder, laid out as the container is. It must be copied before the chains
 * are, so that no chain may be shorter than it says.
 * @returns the writers of the chains that it names.
 */
export async function copyLog(
  reader: LogReader,
  period: LogPeriod,
  folder: string,
): Promise<ReadonlySet<string>> {
  const copied = createFolderLog(folder);
  const writers = new Set<string>();
  for (const name of choosePartsOf(period, await reader.listParts())) {
    const ofDay = folderOf(name);
    await mkdir(join(folder, ofDay), { recursive: true });
    const file = createWriteStream(join(folder, logPartName(name)));
    await pipeline(Readable.from(chunksOf(reader, ofDay, name.part)), file);
    for await (const lines of readLines(copied, ofDay, { part: name.part }))
      for (const { text } of lines) {
        const line = parseLogLine(text);
        if (line && 'leaf' in line) writers.add(line.leaf.writer);
      }
  }
  return writers;
}

async function* chunksOf(reader: LogReader, folder: string, part: number): AsyncGenerator<Buffer, void> {
  for (let offset = 0; ;) {
    const chunk = await reader.read(folder, part, offset, CHUNK_BYTES);
    if (chunk.byteLength === 0) return;
    offset += chunk.byteLength;
    yield chunk;
  }
}
