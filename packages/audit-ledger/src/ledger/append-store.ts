/**
 * The outcome of an append. `elsewhere`: the blob does not end at the position. `closed`: the blob takes no more
 * blocks, or is gone.
 */
export type AppendOutcome = 'appended' | 'elsewhere' | 'closed';

/**
 * The operations on append blobs that a ledger needs. They throw when it is uncertain whether they were carried out;
 * the blob may have changed then.
 */
export interface AppendStore {
  /** Creates an empty blob where there is none of this name. */
  create(name: string): Promise<void>;
  /** Appends the bytes in one block if the blob ends at `position`. */
  append(name: string, bytes: Uint8Array, position: number): Promise<AppendOutcome>;
  /** Reads up to `length` bytes from `position`; none where the blob ends before it or does not exist. */
  read(name: string, position: number, length: number): Promise<Uint8Array>;
}
