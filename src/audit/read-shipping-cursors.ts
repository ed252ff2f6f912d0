import { text } from 'node:stream/consumers';
import type { ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { WriterName } from './ledger-entry.ts';
import { cursorName, CURSORS } from './shipping-cursor.ts';

const AT_ONCE = 8;

/** The part of a cursor that verification needs. */
const Cursor = z.object({ sequence: z.int().min(-1) });

/**
 * The last entry of each chain that was shipped, by writer; of a cursor that can't be read, none. What the storage
 * service answers otherwise than asked is thrown.
 */
export async function readShippingCursors(
  state: ContainerClient,
  abortSignal: AbortSignal,
): Promise<Map<string, number>> {
  const writers: string[] = [];
  for await (const { name } of state.listBlobsFlat({ prefix: CURSORS, abortSignal })) {
    const writer = name.slice(CURSORS.length).replace(/\.json$/, '');
    if (WriterName.safeParse(writer).success) writers.push(writer);
  }
  const cursors = new Map<string, number>();
  const left = writers.values();
  const work = async (): Promise<void> => {
    for (const writer of left) {
      const blob = state.getBlobClient(cursorName(writer));
      const { readableStreamBody } = await blob.download(0, undefined, { abortSignal });
      if (readableStreamBody) cursors.set(writer, readSequence(await text(readableStreamBody)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return cursors;
}

function readSequence(json: string): number {
  try {
    return Cursor.safeParse(JSON.parse(json)).data?.sequence ?? -1;
  } catch {
    return -1;
  }
}
