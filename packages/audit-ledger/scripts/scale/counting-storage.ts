import type { AppendStore } from '../../src/ledger/append-store.ts';
import type { LedgerReader } from '../../src/ledger/ledger-reader.ts';
import { partName } from '../../src/ledger/part-names.ts';
import type { StateStore } from '../../src/storage/state-store.ts';

/** The number of requests to a storage account, and the bytes that were appended. */
export interface StorageCounts {
  readonly appends: number;
  readonly appendedBytes: number;
  readonly reads: number;
  readonly stateWrites: number;
}

/** The containers of one account, in memory. Each request takes the given time and is counted. */
export class CountingStorage {
  readonly #wait: () => Promise<void>;
  readonly #blobs = new Map<string, Buffer[]>();
  readonly #offsets = new Map<string, number[]>();
  #etag = 0;
  #counts = { appends: 0, appendedBytes: 0, reads: 0, stateWrites: 0 };

  constructor(wait: () => Promise<void>) {
    this.#wait = wait;
  }

  counts(): StorageCounts {
    return { ...this.#counts };
  }

  readonly appendStore: AppendStore = {
    create: () => this.#wait(),
    append: async (name, bytes) => {
      await this.#wait();
      this.#counts.appends += 1;
      this.#counts.appendedBytes += bytes.byteLength;
      const blocks = this.#blobs.get(name) ?? [];
      const offsets = this.#offsets.get(name) ?? [];
      offsets.push((offsets.at(-1) ?? 0) + (blocks.at(-1)?.byteLength ?? 0));
      blocks.push(Buffer.from(bytes));
      this.#blobs.set(name, blocks);
      this.#offsets.set(name, offsets);
      return 'appended';
    },
    read: () => Promise.resolve(new Uint8Array()),
  };

  readonly ledger: Pick<LedgerReader, 'read'> = {
    read: async (writer, part, offset, maximumBytes) => {
      await this.#wait();
      this.#counts.reads += 1;
      const name = partName(writer, part);
      const offsets = this.#offsets.get(name) ?? [];
      const first = offsets.findLastIndex((start) => start <= offset);
      if (first < 0) return Buffer.alloc(0);
      const skipped = offset - (offsets[first] ?? 0);
      const rest = Buffer.concat((this.#blobs.get(name) ?? []).slice(first));
      return rest.subarray(skipped, skipped + maximumBytes);
    },
  };

  readonly state: Pick<StateStore, 'write'> = {
    write: async () => {
      await this.#wait();
      this.#counts.stateWrites += 1;
      this.#etag += 1;
      return String(this.#etag);
    },
  };
}
