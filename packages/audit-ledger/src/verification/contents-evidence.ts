import { createHash } from 'node:crypto';
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
  /**
   * Computes the SHA-256 of a content in hex; undefined where there is no such content. Left out where contents are not
   * read.
   * @throws ReadingDenied where the identity may not read them, and AuditError AUDIT_UNAVAILABLE where storage fails.
   */
  hash?(name: string, abortSignal: AbortSignal | undefined): Promise<string | undefined>;
}

/** Thrown where the identity of a verification may not list contents. */
export class ListingDenied extends Error {}

/** Thrown where the identity of a verification may not read contents. */
export class ReadingDenied extends Error {}

const DAY_IN_MS = 86_400_000;
/** The bytes of a content that are read. A genuine one is shorter, and a longer one has another hash. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Lists the contents of a container.
 * @param retentionInDays the time after which storage deletes a content.
 * @param areRead whether contents are read, too.
 */
export function createContentsEvidence(
  container: ContainerClient,
  retentionInDays: number,
  areRead = false,
): ContentsEvidence {
  return {
    retentionInMs: retentionInDays * DAY_IN_MS,
    ...(areRead && { hash: (name, abortSignal) => hashContent(container, name, abortSignal) }),
    async *list(prefix, abortSignal) {
      try {
        const options = { prefix, ...(abortSignal && { abortSignal }) };
        for await (const { name, properties } of container.listBlobsFlat(options))
          yield { name, modifiedAt: properties.lastModified };
      } catch (error) {
        abortSignal?.throwIfAborted();
        if (hasStatus(error, 403)) throw new ListingDenied();
        throw new AuditError(
          'AUDIT_UNAVAILABLE',
          'The contents in Azure Storage cannot be listed. If this goes on, its operators must check that there is a ' +
            'container audit-content.',
        );
      }
    },
  };
}

async function hashContent(
  container: ContainerClient,
  name: string,
  abortSignal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const options = abortSignal && { abortSignal };
    const { readableStreamBody } = await container.getBlobClient(name).download(0, MOST_BYTES, options);
    const hash = createHash('sha256');
    for await (const chunk of readableStreamBody ?? []) hash.update(chunk);
    return hash.digest('hex');
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (hasStatus(error, 404)) return undefined;
    // An empty blob has no range.
    if (hasStatus(error, 416)) return createHash('sha256').digest('hex');
    if (hasStatus(error, 403)) throw new ReadingDenied();
    throw new AuditError(
      'AUDIT_UNAVAILABLE',
      'A content in Azure Storage cannot be read. If this goes on, its operators must check the state of the service.',
    );
  }
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === status;
}
