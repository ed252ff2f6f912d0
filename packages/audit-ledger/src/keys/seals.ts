import { createHmac, timingSafeEqual } from 'node:crypto';
import { AuditError } from '../audit-error.ts';
import type { StateStore } from '../storage/state-store.ts';
import type { AuditKey } from './audit-key.ts';
import { obtainKey } from './stored-key.ts';

/** Marks short texts, so that every instance of the gateway can tell that an instance of the gateway wrote them. */
export interface Seal {
  /** Makes the seal of a text: 22 characters of base64url. */
  write(text: string): string;
  /** Tells whether `seal` is the seal of `text`. */
  isOf(seal: string, text: string): boolean;
}

/** Gives the seal that all instances of the gateway share. */
export interface Seals {
  /** Resolves when the seal can be used. @throws AuditError SEALS_UNAVAILABLE when its key can't be read. */
  open(): Promise<Seal>;
}

/** The dependencies of seals. */
interface SealOptions {
  /** Called at the first use, because storage packages are slow to load. */
  readonly loadStore: () => Promise<StateStore>;
  readonly key: Pick<AuditKey, 'wrap' | 'unwrap'>;
  readonly now: () => Date;
}

/** The blob that holds the key of seals. It lies among the keys of data subjects, whose names are hashes. */
export const SEAL_KEY_NAME = 'operations.json';

/** A reading of the key that has lasted this long may hang, so calls that come later do not wait for it. */
const SHARED_FOR_IN_MS = 1_000;
const SEAL_BYTES = 16;

/**
 * Makes seals: 128 bits of an HMAC-SHA-256, in base64url, by one random key. The key lies in storage, wrapped by the
 * audit key, and each instance reads it at the first use. A failure is not kept. If its blob is deleted, instances that start later make
 * another.
 * @throws AuditError from `open`, SEALS_UNAVAILABLE.
 */
export function createSeals({ loadStore, key, now }: SealOptions): Seals {
  let opened: Seal | undefined;
  let latest: { readonly startedAt: number; readonly seal: Promise<Seal> } | undefined;
  const open = async (): Promise<Seal> => {
    try {
      const { secret } = await obtainKey({ store: await loadStore(), key, now }, SEAL_KEY_NAME);
      opened = sealBy(secret);
      return opened;
    } catch {
      throw new AuditError(
        'SEALS_UNAVAILABLE',
        'The key that verifies names of long-running operations is unavailable. Try again shortly.',
      );
    }
  };
  return {
    async open() {
      if (opened) return opened;
      const startedAt = now().getTime();
      if (!latest || startedAt - latest.startedAt >= SHARED_FOR_IN_MS) latest = { startedAt, seal: open() };
      const { seal } = latest;
      return seal.catch((error: unknown) => {
        // The next call tries again.
        if (latest?.seal === seal) latest = undefined;
        throw error;
      });
    },
  };
}

function sealBy(secret: Uint8Array): Seal {
  const digest = (text: string) => createHmac('sha256', secret).update(text).digest().subarray(0, SEAL_BYTES);
  return {
    write: (text) => digest(text).toString('base64url'),
    isOf: (seal, text) => {
      const given = Buffer.from(seal, 'base64url');
      return given.byteLength === SEAL_BYTES && timingSafeEqual(given, digest(text));
    },
  };
}
