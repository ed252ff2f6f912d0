import type { ContainerClient } from '@azure/storage-blob';
import { WriterName } from './ledger-entry.ts';
import { partName } from './ledger-writer.ts';

/** One blob of a chain. Parts count from 1. */
export interface LedgerPart {
  readonly part: number;
  readonly bytes: number;
  /** The time of its last change, by the storage service's clock. */
  readonly modifiedAt: Date;
}

/** A chain as a list shows it, oldest part first. */
export interface LedgerChain {
  readonly writer: string;
  readonly parts: readonly LedgerPart[];
}

/** The chains of a ledger at some time. */
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
  /** Lists all chains. */
  list(abortSignal?: AbortSignal): Promise<LedgerListing>;
  /** Reads up to `maximumBytes` bytes of a part from `offset` on; none at its end, or where there is no such part. */
  read(
    writer: string,
    part: number,
    offset: number,
    maximumBytes: number,
    abortSignal?: AbortSignal,
  ): Promise<Buffer>;
}

const CHUNK_BYTES = 4 * 1024 * 1024;
/** The longest line of a ledger, in bytes. Longer runs without a line break are damage. */
export const MAXIMUM_LINE_BYTES = 16 * 1024 * 1024;
const LINE_BREAK = 10;
const READ_TIMEOUT_IN_MS = 30_000;
const LIST_TIMEOUT_IN_MS = 60_000;
const PART_NAME = /^([^/]+)\/(\d{6,})\.jsonl$/;

/** Reads the append blobs `{writer}/{part}.jsonl` of a container. */
export function createLedgerReader(container: ContainerClient): LedgerReader {
  return {
    async list(abortSignal) {
      const chains = new Map<string, LedgerPart[]>();
      let asOf: Date | undefined;
      for await (const page of container.listBlobsFlat(limited(LIST_TIMEOUT_IN_MS, abortSignal)).byPage()) {
        asOf ??= page.date;
        for (const { name, properties } of page.segment.blobItems) {
          const [, writer = '', part] = PART_NAME.exec(name) ?? [];
          if (!WriterName.safeParse(writer).success) continue;
          const parts = chains.get(writer) ?? [];
          parts.push({
            part: Number(part),
            bytes: properties.contentLength ?? 0,
            modifiedAt: properties.lastModified,
          });
          chains.set(writer, parts);
        }
      }
      if (!asOf) throw new Error('The storage service did not say what time it is.');
      return { chains: [...chains].map(([writer, parts]) => ({ writer, parts: inOrder(parts) })), asOf };
    },

    async read(writer, part, offset, maximumBytes, abortSignal) {
      const blob = container.getBlobClient(partName(writer, part));
      try {
        const { readableStreamBody } = await blob.download(
          offset,
          maximumBytes,
          limited(READ_TIMEOUT_IN_MS, abortSignal),
        );
        const chunks: Buffer[] = [];
        for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
        return Buffer.concat(chunks);
      } catch (error) {
        if (hasNoSuchBytes(error)) return Buffer.alloc(0);
        throw error;
      }
    },
  };
}

/**
 * Reads the whole lines of a part, as many at a time as come in 4 MiB, each with its line break. A line that exceeds
 * the maximum is not given whole.
 * @throws what the reader throws.
 */
export async function* streamLines(
  reader: LedgerReader,
  writer: string,
  part: number,
  abortSignal?: AbortSignal,
): AsyncGenerator<Buffer, void> {
  let rest = Buffer.alloc(0);
  for (let offset = 0; ;) {
    const chunk = await reader.read(writer, part, offset, CHUNK_BYTES, abortSignal);
    if (chunk.byteLength === 0) return;
    offset += chunk.byteLength;
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(LINE_BREAK) + 1;
    yield bytes.subarray(0, end);
    rest = bytes.subarray(end);
    if (rest.byteLength > MAXIMUM_LINE_BYTES) rest = Buffer.alloc(0);
  }
}

function limited(timeoutInMs: number, abortSignal: AbortSignal | undefined): { abortSignal: AbortSignal } {
  const timeLimit = AbortSignal.timeout(timeoutInMs);
  return { abortSignal: abortSignal ? AbortSignal.any([abortSignal, timeLimit]) : timeLimit };
}

/** 404: there is no such part. 416: the part ends before the range. */
function hasNoSuchBytes(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && [404, 416].includes(Number(error.statusCode));
}

function inOrder(parts: readonly LedgerPart[]): LedgerPart[] {
  return parts.toSorted((one, other) => one.part - other.part);
}
