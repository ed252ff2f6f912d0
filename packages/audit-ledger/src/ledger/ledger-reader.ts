import type { ContainerClient } from '@azure/storage-blob';
import { limitSignal } from '../time/limit-signal.ts';
import { CHAINS_FOLDER, isDay, partName, readPartName } from './part-names.ts';

/** One blob of a chain. Parts count from 1. */
export interface LedgerPart {
  readonly part: number;
  readonly bytes: number;
  /** The time of its last change, by the storage service's clock. */
  readonly modifiedAt: Date;
  /** The version of the blob, which the storage service changes with each write; undefined where there is none. */
  readonly etag?: string | undefined;
}

/** A chain as a list shows it, oldest part first. */
export interface LedgerChain {
  readonly writer: string;
  readonly parts: readonly LedgerPart[];
}

/** The chains of a day at some time. */
export interface LedgerListing {
  /** Oldest writer first. */
  readonly chains: readonly LedgerChain[];
  /**
   * The time at which the service began to list, by the same clock as `modifiedAt`. The clock of this machine may jump.
   */
  readonly asOf: Date;
}

/** Reads the ledger as it stands in storage. Errors of the storage service are thrown. */
export interface LedgerReader {
  /** Lists the chains that began on a day, by their names. @param day `yyyymmdd`, in UTC. */
  listDay(day: string, abortSignal?: AbortSignal): Promise<LedgerListing>;
  /** Lists the days on which chains began, by their names, oldest first: `yyyymmdd`. */
  listDays(abortSignal?: AbortSignal): Promise<LedgerDays>;
  /**
   * Reads up to `maximumBytes` bytes of a part from `offset` on; none at its end, or where there is no such part.
   * @param into memory of as many bytes or more, in which the reader may give them.
   */
  read(
    writer: string,
    part: number,
    offset: number,
    maximumBytes: number,
    abortSignal?: AbortSignal,
    into?: Buffer,
  ): Promise<Buffer>;
}

/** The days of a ledger at some time. */
export interface LedgerDays extends Pick<LedgerListing, 'asOf'> {
  readonly days: readonly string[];
}

const READ_TIMEOUT_IN_MS = 30_000;
const LIST_TIMEOUT_IN_MS = 60_000;

/** Reads the append blobs `chains/{yyyymmdd}/{writer}/{part}.jsonl` of a container. */
export function createLedgerReader(container: ContainerClient): LedgerReader {
  return {
    listDay: (day, abortSignal) => listChains(container, `${CHAINS_FOLDER}/${day}/`, abortSignal),

    async listDays(abortSignal) {
      const days: string[] = [];
      let asOf: Date | undefined;
      const options = {
        prefix: `${CHAINS_FOLDER}/`,
        abortSignal: limitSignal(LIST_TIMEOUT_IN_MS, abortSignal),
      };
      for await (const page of container.listBlobsByHierarchy('/', options).byPage()) {
        asOf ??= page.date;
        for (const { name } of page.segment.blobPrefixes ?? []) {
          const day = name.slice(options.prefix.length, -1);
          if (isDay(day)) days.push(day);
        }
      }
      return { days: days.sort(), asOf: known(asOf) };
    },

    read: (writer, part, offset, maximumBytes, abortSignal) =>
      readBlob(container, partName(writer, part), offset, maximumBytes, abortSignal),
  };
}

/** Reads up to `maximumBytes` bytes of a blob from `offset` on; none at its end, or where there is no such blob. */
export async function readBlob(
  container: ContainerClient,
  name: string,
  offset: number,
  maximumBytes: number,
  abortSignal?: AbortSignal,
): Promise<Buffer> {
  try {
    const { readableStreamBody } = await container.getBlobClient(name).download(offset, maximumBytes, {
      abortSignal: limitSignal(READ_TIMEOUT_IN_MS, abortSignal),
    });
    const chunks: Buffer[] = [];
    for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  } catch (error) {
    if (hasNoSuchBytes(error)) return Buffer.alloc(0);
    throw error;
  }
}

async function listChains(
  container: ContainerClient,
  prefix: string,
  abortSignal: AbortSignal | undefined,
): Promise<LedgerListing> {
  const chains = new Map<string, LedgerPart[]>();
  let asOf: Date | undefined;
  const options = { prefix, abortSignal: limitSignal(LIST_TIMEOUT_IN_MS, abortSignal) };
  for await (const page of container.listBlobsFlat(options).byPage()) {
    asOf ??= page.date;
    for (const { name, properties } of page.segment.blobItems) {
      const named = readPartName(name);
      if (!named) continue;
      const parts = chains.get(named.writer) ?? [];
      parts.push({
        part: named.part,
        bytes: properties.contentLength ?? 0,
        modifiedAt: properties.lastModified,
        etag: properties.etag,
      });
      chains.set(named.writer, parts);
    }
  }
  return {
    chains: [...chains].map(([writer, parts]) => ({ writer, parts: inOrder(parts) })),
    asOf: known(asOf),
  };
}

function known(asOf: Date | undefined): Date {
  if (!asOf) throw new Error('The storage service did not say what time it is.');
  return asOf;
}

/** 404: there is no such part. 416: the part ends before the range. */
function hasNoSuchBytes(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && [404, 416].includes(Number(error.statusCode));
}

function inOrder(parts: readonly LedgerPart[]): LedgerPart[] {
  return parts.toSorted((one, other) => one.part - other.part);
}
