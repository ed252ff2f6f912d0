import type { ContainerClient } from '@azure/storage-blob';
import { AuditError } from '../audit-error.ts';

/** A content as storage lists it. */
export interface StoredContent {
  /** `{subject}/{record id}.json` */
  readonly name: string;
  /** The time of its last writing, by the storage service's clock. */
  readonly modifiedAt: Date;
}

/** The contents of calls in storage. */
export interface ContentsEvidence {
  /** The time for which storage keeps a content. Older ones may be gone. */
  readonly retentionInMs: number;
  /**
   * Lists the contents whose names begin with a prefix.
   * @throws ListingDenied where the identity may not list them, and AuditError AUDIT_UNAVAILABLE where storage fails.
   */
  list(prefix: string, abortSignal: AbortSignal | undefined): AsyncIterable<StoredContent>;
}

/** Thrown where the identity of a verification may not list contents. */
export class ListingDenied extends Error {}

const DAY_IN_MS = 86_400_000;

/** Lists the contents of a container. @param retentionInDays the time after which storage deletes a content. */
export function createContentsEvidence(
  container: ContainerClient,
  retentionInDays: number,
): ContentsEvidence {
  return {
    retentionInMs: retentionInDays * DAY_IN_MS,
    async *list(prefix, abortSignal) {
      try {
        const options = { prefix, ...(abortSignal && { abortSignal }) };
        for await (const { name, properties } of container.listBlobsFlat(options))
          yield { name, modifiedAt: properties.lastModified };
      } catch (error) {
        abortSignal?.throwIfAborted();
        if (error instanceof Error && 'statusCode' in error && error.statusCode === 403)
          throw new ListingDenied();
        throw new AuditError(
          'AUDIT_UNAVAILABLE',
          'The contents in Azure Storage cannot be listed. If this goes on, its operators must check that there is a ' +
            'container audit-content.',
        );
      }
    },
  };
}
