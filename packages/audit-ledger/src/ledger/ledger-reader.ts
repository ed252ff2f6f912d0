import type { ContainerClient } from '@azure/storage-blob';
import { limitSignal } from '../time/limit-signal.ts';
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
interface LedgerListing {
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

const READ_TIMEOUT_IN_MS = 30_000;
const LIST_TIMEOUT_IN_MS = 60_000;
/** The part of a name as `partName` writes it: six digits, or more without a zero before them. */
const PART_FILE = /^(\d{6}|[1-9]\d{6,8})\.jsonl$/;

/** Reads the append blobs `{writer}/{part}.jsonl` of a container. */
export function createLedgerReader(container: ContainerClient): LedgerReader {
  return {
    async list(abortSignal) {
      const chains = new Map<string, LedgerPart[]>();
      let asOf: Date | undefined;
      for await (const page of container
        .listBlobsFlat({ abortSignal: limitSignal(LIST_TIMEOUT_IN_MS, abortSignal) })
        .byPage()) {
        asOf ??= page.date;
        for (const { name, properties } of page.segment.blobItems) {
          const [writer = '', file = '', ...rest] = name.split('/');
          const part = partOf(file);
          if (part === undefined || rest.length > 0 || !WriterName.safeParse(writer).success) continue;
          const parts = chains.get(writer) ?? [];
          parts.push({
            part,
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
        const { readableStreamBody } = await blob.download(offset, maximumBytes, {
          abortSignal: limitSignal(READ_TIMEOUT_IN_MS, abortSignal),
        });
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

/** Gives the number of a part from the name of its file; undefined for a name that no part has. */
export function partOf(file: string): number | undefined {
  const [, digits] = PART_FILE.exec(file) ?? [];
  const part = Number(digits);
  return part >= 1 ? part : undefined;
}

/** 404: there is no such part. 416: the part ends before the range. */
function hasNoSuchBytes(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && [404, 416].includes(Number(error.statusCode));
}

function inOrder(parts: readonly LedgerPart[]): LedgerPart[] {
  return parts.toSorted((one, other) => one.part - other.part);
}
