import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WriterName } from './ledger-entry.ts';
import { type LedgerChain, type LedgerPart, type LedgerReader, partOf } from './ledger-reader.ts';

/**
 * Reads a ledger that was copied to a folder, laid out as the container is: `{writer}/{part}.jsonl`. Links and devices
 * are left out.
 */
export function createFolderLedger(folder: string): LedgerReader {
  return {
    async list() {
      const names = await namesIn(folder);
      const writers = names.filter((name) => WriterName.safeParse(name).success).sort();
      const chains: LedgerChain[] = [];
      for (const writer of writers) {
        const parts = await listParts(join(folder, writer));
        if (parts.length > 0) chains.push({ writer, parts });
      }
      return { chains, asOf: new Date() };
    },

    async read(writer, part, offset, maximumBytes) {
      const file = await open(join(folder, writer, `${String(part).padStart(6, '0')}.jsonl`));
      try {
        const buffer = Buffer.allocUnsafe(maximumBytes);
        const { bytesRead } = await file.read(buffer, 0, maximumBytes, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
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
async function namesIn(folder: string): Promise<string[]> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() === true ? readdir(folder) : [];
}
