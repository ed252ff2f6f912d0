import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { listByDay } from '../ledger/list-by-day.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { partName } from '../ledger/part-names.ts';
import { isActive } from '../ledger/chain-times.ts';
import { chooseDays } from '../verification/listed-ledger.ts';
import type { Period } from '../time/period.ts';

/** The chains that are copied: those of a period, and those that other evidence of the period names. */
interface CopiedChains {
  readonly period: Period;
  /** The writers of chains in the period by the transparency log. These are copied whenever they were written to. */
  readonly logged: ReadonlySet<string>;
  /** The writers of chains in the period by other evidence. */
  readonly named: Iterable<string>;
  readonly now: Date;
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Copies chains to a folder, laid out as the container is. The days that verifying the period lists are listed, one at a
 * time, and no others.
 * @returns the writers of the copied chains.
 * @throws what the reader and the file system throw.
 */
export async function copyChains(
  ledger: Pick<LedgerReader, 'listDay' | 'listDays' | 'read'>,
  { period, logged, named, now }: CopiedChains,
  folder: string,
): Promise<ReadonlySet<string>> {
  const isChosen = chooseDays(
    period,
    [...logged, ...named].map((writer) => ({ writer })),
    now,
  );
  const copied = new Set<string>();
  for await (const chains of listByDay(ledger, (days) => days.filter(isChosen)))
    for (const chain of chains.filter((one) => isActive(one, period) || logged.has(one.writer))) {
      await copyChain(ledger, chain, folder);
      copied.add(chain.writer);
    }
  return copied;
}

async function copyChain(
  ledger: Pick<LedgerReader, 'read'>,
  { writer, parts }: LedgerChain,
  folder: string,
): Promise<void> {
  for (const { part, bytes } of parts) {
    const file = join(folder, partName(writer, part));
    await mkdir(dirname(file), { recursive: true });
    await pipeline(Readable.from(chunksOf(ledger, writer, part, bytes)), createWriteStream(file));
  }
}

/** Reads a part up to its size at the time when it was listed, because the chain may still grow. */
async function* chunksOf(
  ledger: Pick<LedgerReader, 'read'>,
  writer: string,
  part: number,
  bytes: number,
): AsyncGenerator<Buffer, void> {
  for (let offset = 0; offset < bytes;) {
    const chunk = await ledger.read(writer, part, offset, Math.min(CHUNK_BYTES, bytes - offset));
    if (chunk.byteLength === 0) return;
    offset += chunk.byteLength;
    yield chunk;
  }
}
