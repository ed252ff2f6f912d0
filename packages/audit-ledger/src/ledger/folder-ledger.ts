import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WriterName } from './ledger-entry.ts';
import type { LedgerChain, LedgerListing, LedgerPart, LedgerReader } from './ledger-reader.ts';
import { CHAINS_FOLDER, isDay, partName, partOf, startDayOf } from './part-names.ts';

/**
 * Reads a ledger that was copied to a folder, laid out as the container is: `chains/{yyyymmdd}/{writer}/{part}.jsonl`.
 * Links and devices are left out.
 */
export function createFolderLedger(folder: string): LedgerReader {
  const listDays = async () => {
    const names = await namesIn(join(folder, CHAINS_FOLDER));
    return { days: names.filter(isDay).sort(), asOf: new Date() };
  };
  const listDay = async (day: string): Promise<LedgerListing> => {
    const ofDay = join(folder, CHAINS_FOLDER, day);
    const chains: LedgerChain[] = [];
    for (const writer of (await namesIn(ofDay)).sort()) {
      if (!WriterName.safeParse(writer).success || startDayOf(writer) !== day) continue;
      const parts = await listParts(join(ofDay, writer));
      if (parts.length > 0) chains.push({ writer, parts });
    }
    return { chains, asOf: new Date() };
  };
  return {
    listDay,
    listDays,
    read: (writer, part, offset, maximumBytes, _, into) =>
      readFilePart(join(folder, partName(writer, part)), offset, maximumBytes, into),
  };
}

/**
 * Reads up to `maximumBytes` bytes of a file from `offset` on; none at its end.
 * @param buffer the memory in which they are given.
 * @throws what the file system throws.
 */
export async function readFilePart(
  path: string,
  offset: number,
  maximumBytes: number,
  buffer: Buffer = Buffer.allocUnsafe(maximumBytes),
): Promise<Buffer> {
  const file = await open(path);
  try {
    const { bytesRead } = await file.read(buffer, 0, maximumBytes, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function listParts(folder: string): Promise<LedgerPart[]> {
  const parts: LedgerPart[] = [];
  for (const name of await namesIn(folder)) {
    const part = partOf(name);
    if (part === undefined) continue;
    const file = await lstat(join(folder, name));
    if (!file.isFile()) continue;
    const { size, mtime } = file;
    parts.push({ part, bytes: size, modifiedAt: mtime });
  }
  return parts.sort((one, other) => one.part - other.part);
}

/** Lists the names in a folder; none where it is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() === true ? readdir(folder) : [];
}
