import { createHmac, timingSafeEqual } from 'node:crypto';
import { AuditError } from '../audit-error.ts';
import type { StateStore } from '../storage/state-store.ts';
import type { AuditKey } from './audit-key.ts';
import { obtainKey } from './stored-key.ts';

/** Marks short texts so that a gateway can tell that they are a gateway's own words. */
export interface Seal {
  /** 22 characters of base64url. */
  write(text: string): string;
  /** Tells whether `seal` is the seal of `text`. */
  isOf(seal: string, text: string): boolean;
}

/** The seal of all instances of the gateway. */
export interface Seals {
  /** Resolves when the seal can be used. @throws AuditError SEALS_UNAVAILABLE. */
  open(): Promise<Seal>;
}

export interface SealOptions {
  /** Called once it is needed, because storage packages are slow to load. */
  readonly loadStore: () => Promise<StateStore>;
  readonly key: Pick<AuditKey, 'wrap' | 'unwrap'>;
  readonly now: () => Date;
}

/** The blob of the key, among those of data subjects, which are named by hashes. */
export const SEAL_KEY_NAME = 'operations.json';

/** Calls don't wait for what has just failed. */
const FAILED_FOR_IN_MS = 1_000;
const SEAL_BYTES = 16;

/**
 * Seals of HMAC-SHA-256, of 128 bits in base64url, by one random key, which all instances read from storage, wrapped by
 * the audit key, when they first need it. Without its blob, instances that start later make another.
 * @throws AuditError from `open`, SEALS_UNAVAILABLE.
 */
export function createSeals({ loadStore, key, now }: SealOptions): Seals {
  let opened: Promise<Seal> | undefined;
  let failedUntil: number | undefined;
  const open = async (): Promise<Seal> => {
    try {
      const { secret } = await obtainKey({ store: await loadStore(), key, now }, SEAL_KEY_NAME);
      return sealBy(secret);
    } catch {
      failedUntil = now().getTime() + FAILED_FOR_IN_MS;
      throw new AuditError(
        'SEALS_UNAVAILABLE',
        'The key by which operations are known to be a team’s cannot be read. Try again shortly.',
      );
    }
  };
  return {
    open() {
      if (failedUntil !== undefined && now().getTime() >= failedUntil) {
        opened = undefined;
        failedUntil = undefined;
      }
      return (opened ??= open());
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
