import { buffer } from 'node:stream/consumers';
import { type AppendBlobClient, type ContainerClient, RestError } from '@azure/storage-blob';
import type { AppendStore } from './append-store.ts';

/**
 * Error codes by which a blob takes no more:
 * https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */
const CLOSED = new Set([
  'BlockCountExceedsLimit',
  'MaxBlobSizeConditionNotMet',
  'BlobIsSealed',
  'BlobImmutableDueToPolicy',
  'BlobNotFound',
  'InvalidBlobType',
]);

/**
 * Works with the append blobs of one container of Azure Storage. The SDK's own retries must be off, because the ledger
 * writer tries again itself, at the same position.
 * https://learn.microsoft.com/rest/api/storageservices/append-block
 * @param timeoutInMs the time limit of each request.
 */
export function createAzureAppendStore(container: ContainerClient, timeoutInMs: number): AppendStore {
  const limited = () => ({ abortSignal: AbortSignal.timeout(timeoutInMs) });
  // One part is written at a time, and making a client costs more than using it.
  let part: AppendBlobClient | undefined;
  const open = (name: string) => {
    if (part?.name !== name) part = container.getAppendBlobClient(name);
    return part;
  };
  return {
    async create(name) {
      await open(name).createIfNotExists(limited());
    },
    async append(name, bytes, position) {
      try {
        const conditions = { appendPosition: position };
        await open(name).appendBlock(bytes, bytes.byteLength, { conditions, ...limited() });
        return 'appended';
      } catch (error) {
        if (!(error instanceof RestError)) throw error;
        if (error.code === 'AppendPositionConditionNotMet') return 'elsewhere';
        if (CLOSED.has(error.code ?? '')) return 'closed';
        throw error;
      }
    },
    async read(name, position, length) {
      try {
        const { readableStreamBody } = await open(name).download(position, length, limited());
        return readableStreamBody ? await buffer(readableStreamBody) : new Uint8Array();
      } catch (error) {
        // 416: the range lies behind the end. 404: the blob is gone.
        if (error instanceof RestError && (error.statusCode === 416 || error.statusCode === 404))
          return new Uint8Array();
        throw error;
      }
    },
  };
}
