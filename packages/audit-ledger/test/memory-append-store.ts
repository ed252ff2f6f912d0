import type { AppendOutcome, AppendStore } from '../src/ledger/append-store.ts';

/** What happens to the next append: it is carried out or not, and the answer comes, is lost, or waits to be let go. */
export type AppendFault = 'refused' | 'answer lost' | 'closed' | Promise<void>;

/** Append blobs in memory, with faults that happen in order, one to each append. */
export class MemoryAppendStore implements AppendStore {
  /** The blocks of each. */
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

  /** Appends whatever the blob ends with. */
  put(name: string, bytes: Uint8Array): void {
    this.blobs.get(name)?.push(bytes);
    this.#sizes.set(name, (this.#sizes.get(name) ?? 0) + bytes.byteLength);
  }

  /** All lines of all parts, in order. */
  get lines(): string[] {
    return [...this.blobs]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([, blocks]) => Buffer.concat(blocks).toString().split('\n').slice(0, -1));
  }
}
