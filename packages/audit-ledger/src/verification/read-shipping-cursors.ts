import { text } from 'node:stream/consumers';
import type { ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { cursorName, CURSORS } from '../shipping/shipping-cursor.ts';
import { writerOfState } from '../shipping/state-names.ts';
import type { AttestedLedger } from './attestation/attestation.ts';
import { createAttestedLookup } from './attestation/attested-listing.ts';
import type { ChooseDay } from './listed-ledger.ts';

const AT_ONCE = 8;
const MAXIMUM_BYTES = 65_536;

/** A shipping cursor as far as verification needs it. */
const Cursor = z.object({ sequence: z.int().min(-1) });

/**
 * Reads the sequence of the last shipped entry of each chain that began on a chosen day, by writer. It is -1 for a cursor
 * with invalid content.
 * @param attested attested chains, whose cursors are read only if they were written since.
 * @throws what the storage SDK throws.
 */
export async function readShippingCursors(
  state: ContainerClient,
  isChosen: ChooseDay,
  attested: AttestedLedger | undefined,
  abortSignal: AbortSignal,
): Promise<Map<string, number>> {
  const writers: string[] = [];
  const lookup = attested && createAttestedLookup(attested.chains());
  const verifiedAt = new Date(attested?.attestation.verifiedAt ?? 0);
  for await (const folder of state.listBlobsByHierarchy('/', { prefix: CURSORS, abortSignal })) {
    if (folder.kind !== 'prefix' || !isChosen(folder.name.slice(CURSORS.length, -1))) continue;
    for await (const { name, properties } of state.listBlobsFlat({ prefix: folder.name, abortSignal })) {
      const writer = writerOfState(CURSORS, name);
      if (writer === undefined) continue;
      const isAttested = (await lookup?.find(writer)) && properties.lastModified < verifiedAt;
      if (isAttested !== true) writers.push(writer);
    }
  }
  const cursors = new Map<string, number>();
  const left = writers.values();
  const work = async (): Promise<void> => {
    for (const writer of left) {
      const blob = state.getBlobClient(cursorName(writer));
      // A longer blob is no cursor, and isn't read to its end. An empty blob answers 416.
      const { readableStreamBody } = await blob.download(0, MAXIMUM_BYTES, { abortSignal }).catch(ifEmpty);
      cursors.set(writer, readableStreamBody ? readSequence(await text(readableStreamBody)) : -1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return cursors;
}

/**
 * Turns InvalidRange into an empty blob:
 * https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */
function ifEmpty(error: unknown): { readonly readableStreamBody?: undefined } {
  if (error instanceof Error && 'statusCode' in error && error.statusCode === 416) return {};
  throw error;
}

function readSequence(json: string): number {
  try {
    return Cursor.safeParse(JSON.parse(json)).data?.sequence ?? -1;
  } catch {
    return -1;
  }
}
