/** `elsewhere`: the blob does not end at the position; `closed`: it takes no more, or is gone. */
export type AppendOutcome = 'appended' | 'elsewhere' | 'closed';

/**
 * Append blobs, as far as a ledger needs them. Whatever an answer doesn't tell for certain is thrown; the blob may have
 * changed then.
 */
export interface AppendStore {
  /** Makes an empty blob where there is none of this name. */
  create(name: string): Promise<void>;
  /** Appends in one block, when the blob ends at `position`. */
  append(name: string, bytes: Uint8Array, position: number): Promise<AppendOutcome>;
  /** Up to `length` bytes from `position`; none where the blob ends before it or does not exist. */
  read(name: string, position: number, length: number): Promise<Uint8Array>;
}
