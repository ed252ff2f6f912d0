import type { AppendOutcome, AppendStore } from '../src/ledger/append-store.ts';

/**
 * A fault of one append. `refused`: it throws and appends nothing. `answer lost`: it appends and throws. `closed`: it
 * answers that the blob is closed. A promise delays it.
 */
export type AppendFault = 'refused' | 'answer lost' | 'closed' | Promise<void>;

/** Append blobs in memory. Each append takes the next fault. */
export class MemoryAppendStore implements AppendStore {
  /** The blocks of each blob, by its name. */
  readonly blobs = new Map<string, Uint8Array[]>();
  readonly faults: AppendFault[] = [];
  readonly appends: string[] = [];
  readonly #sizes = new Map<string, number>();

  create(name: string): Promise<void> {
    if (!this.blobs.has(name)) {
      this.blobs.set(name, []);
      this.#sizes.set(name, 0);
    }
    return Promise.resolve();
  }

  async append(name: string, bytes: Uint8Array, position: number): Promise<AppendOutcome> {
    this.appends.push(`${name.slice(-12)}@${position}`);
    const fault = this.faults.shift();
    if (fault === 'refused') throw new Error('503');
    if (fault === 'closed') return 'closed';
    if (fault instanceof Promise) await fault;
    const size = this.#sizes.get(name);
    if (!this.blobs.has(name) || size === undefined) return 'closed';
    if (size !== position) return 'elsewhere';
    this.put(name, bytes);
    if (fault === 'answer lost') throw new Error('socket hang up');
    return 'appended';
  }

  read(name: string, position: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(Buffer.concat(this.blobs.get(name) ?? []).subarray(position, position + length));
  }

  /** Appends a block at any position. */
  put(name: string, bytes: Uint8Array): void {
    this.blobs.get(name)?.push(bytes);
    this.#sizes.set(name, (this.#sizes.get(name) ?? 0) + bytes.byteLength);
  }

  /** All lines of all parts, in the order of the names of the parts. */
  get lines(): string[] {
    return [...this.blobs]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([, blocks]) => Buffer.concat(blocks).toString().split('\n').slice(0, -1));
  }
}
