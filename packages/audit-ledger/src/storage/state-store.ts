import { text } from 'node:stream/consumers';
import type { ContainerClient } from '@azure/storage-blob';
import { limitSignal } from '../time/limit-signal.ts';

/** A document of a state store, as it was read. */
export interface StoredState {
  /** The document; undefined when it isn't JSON. */
  readonly value: unknown;
  readonly etag: string;
  /** The time of the last change, by the storage service's clock. */
  readonly modifiedAt: Date;
}

/** Facts about a document that a list shows without reading it. Their names are in lower case. */
export type StateFacts = Readonly<Record<string, string>>;

/** Small documents that change. Errors of the storage service are thrown, except where a method says otherwise. */
export interface StateStore {
  /** Lists the documents whose names begin with the prefix: their facts by their names. */
  list(prefix: string, abortSignal?: AbortSignal): Promise<Map<string, StateFacts>>;
  /** Reads a document; undefined where there is none of this name. */
  read(name: string, abortSignal?: AbortSignal): Promise<StoredState | undefined>;
  /**
   * Writes a document, provided that nobody else has written it since.
   * @param etag the etag of the document that is replaced; undefined where there is none yet.
   * @returns the new etag; undefined when somebody else has written meanwhile.
   */
  write(
    name: string,
    value: object,
    facts: StateFacts,
    etag: string | undefined,
  ): Promise<string | undefined>;
}

const REQUEST_TIMEOUT_IN_MS = 30_000;

/** Keeps documents as block blobs of JSON, with their facts as the metadata. A request is given up after 30 seconds. */
export function createStateStore(container: ContainerClient): StateStore {
  return {
    async list(prefix, abortSignal) {
      const found = new Map<string, StateFacts>();
      const options = { ...limited(abortSignal), prefix, includeMetadata: true };
      for await (const { name, metadata } of container.listBlobsFlat(options))
        found.set(name, metadata ?? {});
      return found;
    },

    async read(name, abortSignal) {
      try {
        const { readableStreamBody, etag, lastModified } = await container
          .getBlobClient(name)
          .download(0, undefined, limited(abortSignal));
        if (!readableStreamBody || !etag || !lastModified)
          throw new Error('The storage service answered without what was asked for.');
        return { value: parse(await text(readableStreamBody)), etag, modifiedAt: lastModified };
      } catch (error) {
        if (hasStatus(error, 404)) return undefined;
        throw error;
      }
    },

    async write(name, value, facts, etag) {
      const json = JSON.stringify(value);
      try {
        const written = await container.getBlockBlobClient(name).upload(json, Buffer.byteLength(json), {
          ...limited(),
          conditions: etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag },
          metadata: { ...facts },
          blobHTTPHeaders: { blobContentType: 'application/json' },
        });
        return written.etag;
      } catch (error) {
        // https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
        if (hasStatus(error, 409) || hasStatus(error, 412)) return undefined;
        throw error;
      }
    },
  };
}

function limited(abortSignal?: AbortSignal): { abortSignal: AbortSignal } {
  return { abortSignal: limitSignal(REQUEST_TIMEOUT_IN_MS, abortSignal) };
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === status;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
