import { randomBytes } from 'node:crypto';
import type { AuditKey } from '../keys/audit-key.ts';
import { toBase64url } from '../keys/base64url.ts';
import { createBackOff } from '../time/back-off.ts';
import type { Schedule } from '../time/schedule.ts';

/** A key of 256 bits, and its form that only the audit key can open. */
export interface WrappedDataKey {
  readonly secret: Uint8Array;
  /** The version of the audit key that wrapped it. */
  readonly keyId: string;
  readonly wrapped: string;
}

const KEY_BYTES = 32;
const FIRST_RETRY_IN_MS = 1_000;
const LAST_RETRY_IN_MS = 60_000;

/**
 * The random key by which one process encrypts its write-ahead file. Wrapping takes the public half of the audit key,
 * which is read long before the file is needed.
 */
export class DataKey {
  readonly #key: Pick<AuditKey, 'wrap'>;
  readonly #schedule: Schedule;
  readonly #backOff = createBackOff(FIRST_RETRY_IN_MS, LAST_RETRY_IN_MS);
  readonly #secret = randomBytes(KEY_BYTES);
  #isAsked = false;
  #current: WrappedDataKey | undefined;

  constructor(key: Pick<AuditKey, 'wrap'>, schedule: Schedule) {
    this.#key = key;
    this.#schedule = schedule;
  }

  /** The key; undefined until the audit key has wrapped it. */
  get current(): WrappedDataKey | undefined {
    return this.#current;
  }

  /** Begins to wrap the key, which is tried until it succeeds. Another call has no effect. */
  prepare(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    void this.#wrap();
  }

  async #wrap(): Promise<void> {
    try {
      const { keyId, wrapped } = await this.#key.wrap(this.#secret);
      this.#current = { secret: this.#secret, keyId, wrapped: toBase64url(wrapped) };
    } catch {
      this.#schedule(() => void this.#wrap(), this.#backOff.next());
    }
  }
}
