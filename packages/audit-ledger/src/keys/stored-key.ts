import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { fromBase64url, toBase64url } from './base64url.ts';
import type { StateStore } from '../storage/state-store.ts';
import type { AuditKey } from './audit-key.ts';

/** A random key of 256 bits, with its id. */
export interface SecretKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** The dependencies of stored keys: their storage, the audit key that wraps them, and the clock. */
interface KeyDependencies {
  readonly store: StateStore;
  readonly key: Pick<AuditKey, 'wrap' | 'unwrap'>;
  readonly now: () => Date;
}

const StoredKey = z.object({
  v: z.literal(1),
  id: z.string(),
  keyId: z.string(),
  wrapped: z.base64url(),
});

const KEY_BYTES = 32;

/** Reads a key from its blob; undefined where there is no blob. @throws when storage or the audit key can't be used. */
export async function findKey(
  { store, key }: Omit<KeyDependencies, 'now'>,
  name: string,
): Promise<SecretKey | undefined> {
  const stored = await store.read(name);
  if (!stored) return undefined;
  const { id, keyId, wrapped } = StoredKey.parse(stored.value);
  const secret = await key.unwrap({ keyId, wrapped: fromBase64url(wrapped) });
  if (secret.byteLength !== KEY_BYTES) throw new Error('The stored key is not valid.');
  return { id, secret };
}

/**
 * Reads a key from its blob, or makes one and stores it there, wrapped by the audit key. All instances get the same
 * key.
 * @throws when storage or the audit key can't be used.
 */
export async function obtainKey(dependencies: KeyDependencies, name: string): Promise<SecretKey> {
  const found = await findKey(dependencies, name);
  if (found) return found;
  const { store, key, now } = dependencies;
  const made = { id: randomBytes(8).toString('hex'), secret: randomBytes(KEY_BYTES) };
  const { keyId, wrapped } = await key.wrap(made.secret);
  const value = {
    v: 1,
    id: made.id,
    keyId,
    wrapped: toBase64url(wrapped),
    createdAt: now().toISOString(),
  };
  if ((await store.write(name, value, {}, undefined)) !== undefined) return made;
  // Another instance was faster, or the answer to an earlier try was lost.
  const others = await findKey(dependencies, name);
  if (!others) throw new Error('A key was erased while it was made.');
  return others;
}
