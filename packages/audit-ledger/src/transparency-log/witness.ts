import { text } from 'node:stream/consumers';
import type { ContainerClient } from '@azure/storage-blob';
import { limitSignal } from '../time/limit-signal.ts';
import { parseTreeHead, type TreeHead } from './log-lines.ts';
import { dayOf } from './log-parts.ts';

/** A tree head as the name of its blob says it. Nothing vouches for a name. */
export interface WitnessedName {
  readonly day: string;
  readonly size: number;
  readonly root: string;
}

/**
 * A store of tree heads that belongs to others than the ledger, so that no right on the ledger is enough to take a head
 * back. Errors of the storage service are thrown.
 */
export interface Witness {
  /** Lists the heads of the day and later, in the order of their days and sizes. */
  list(fromDay: string, abortSignal?: AbortSignal): AsyncIterable<WitnessedName>;
  /** Reads a head; undefined where its blob holds none of this size and root. Its signature is not checked. */
  read(name: WitnessedName, abortSignal?: AbortSignal): Promise<TreeHead | undefined>;
  /** Stores a head, unless it is there. */
  put(head: TreeHead, abortSignal?: AbortSignal): Promise<void>;
}

const REQUEST_TIMEOUT_IN_MS = 10_000;
const SIZE_DIGITS = 12;
const HEAD_NAME = /^(\d{8})\/(\d{12})-([0-9a-f]{64})\.json$/;
/** A head is some 3 KB long. A longer blob is none, and isn't read to its end. */
const MAXIMUM_BYTES = 65_536;

/**
 * Keeps each head as a blob `{yyyymmdd}/{size}-{root}.json`. A blob is created and never replaced, so the right to
 * create blobs is enough.
 */
export function createWitness(container: ContainerClient): Witness {
  return {
    async *list(fromDay, abortSignal) {
      const days: string[] = [];
      const options = { abortSignal: limitSignal(REQUEST_TIMEOUT_IN_MS, abortSignal) };
      for await (const item of container.listBlobsByHierarchy('/', options)) {
        const day = item.name.slice(0, -1);
        if (item.kind === 'prefix' && day >= fromDay) days.push(day);
      }
      for (const day of days.sort()) {
        const ofDay = { prefix: `${day}/`, abortSignal: limitSignal(REQUEST_TIMEOUT_IN_MS, abortSignal) };
        for await (const { name } of container.listBlobsFlat(ofDay)) {
          const read = readHeadName(name);
          if (read) yield read;
        }
      }
    },

    async read(name, abortSignal) {
      const { readableStreamBody } = await container
        .getBlobClient(headName(name))
        .download(0, MAXIMUM_BYTES, { abortSignal: limitSignal(REQUEST_TIMEOUT_IN_MS, abortSignal) });
      const head = readableStreamBody && parseTreeHead(await text(readableStreamBody));
      return head?.size === name.size && head.root === name.root ? head : undefined;
    },

    async put(head, abortSignal) {
      const json = JSON.stringify(head);
      const blob = container.getBlockBlobClient(headName({ ...head, day: dayOf(head.time) }));
      try {
        await blob.upload(json, Buffer.byteLength(json), {
          abortSignal: limitSignal(REQUEST_TIMEOUT_IN_MS, abortSignal),
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: { blobContentType: 'application/json' },
        });
      } catch (error) {
        if (!isThere(error)) throw error;
      }
    },
  };
}

/** Tells whether a blob of this name exists, because another process has stored the same head. */
function isThere(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && [409, 412].includes(Number(error.statusCode));
}

/** The name of a head's blob. Names sort by day and size. */
export function headName({ day, size, root }: WitnessedName): string {
  return `${day}/${String(size).padStart(SIZE_DIGITS, '0')}-${root}.json`;
}

/** Reads the name of a head's blob; undefined for another name. */
export function readHeadName(name: string): WitnessedName | undefined {
  const [, day, size, root] = HEAD_NAME.exec(name) ?? [];
  return day === undefined || root === undefined ? undefined : { day, size: Number(size), root };
}
