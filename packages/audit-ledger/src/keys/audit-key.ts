import type { TokenCredential } from '@azure/identity';
import { loadOnce } from '../time/load-once.ts';

/** A key, encrypted by a version of the audit key (RSA-OAEP-256). */
interface WrappedKey {
  /** The id of the key version that unwraps it. */
  readonly keyId: string;
  readonly wrapped: Uint8Array;
}

/** A signature by the audit key. */
interface KeySignature {
  /** The id of the key version that made it. */
  readonly keyId: string;
  readonly value: Uint8Array;
}

/**
 * The RSA key that vouches for the ledger and protects the keys of digests, seals and contents. Its private half is
 * never given out. Every method throws AuditError AUDIT_UNAVAILABLE when the key can't be used in time.
 */
export interface AuditKey {
  /** Signs bytes with PS256: https://www.rfc-editor.org/rfc/rfc7518#section-3.5 */
  sign(bytes: Uint8Array): Promise<KeySignature>;
  /** Encrypts a key. */
  wrap(key: Uint8Array): Promise<WrappedKey>;
  /** Decrypts a key. @throws AuditError AUDIT_UNAVAILABLE also when another key wrapped it. */
  unwrap(key: WrappedKey): Promise<Uint8Array>;
}

/**
 * Opens the audit key. Nothing is read before its first use.
 * @param keyUrl the URL of a key in Key Vault, or `file:///…` of a PEM for local development.
 * @param timeoutInMs the time limit of each use of a key in Key Vault.
 */
export function openAuditKey(keyUrl: string, credential: TokenCredential, timeoutInMs: number): AuditKey {
  // The packages for keys are slow to load, so the first use loads them.
  const load = keyUrl.startsWith('file:')
    ? async () => (await import('./local-audit-key.ts')).readLocalAuditKey(new URL(keyUrl))
    : async () =>
        (await import('./key-vault-audit-key.ts')).createKeyVaultAuditKey(keyUrl, credential, timeoutInMs);
  const loaded = loadOnce(load);
  return {
    sign: async (bytes) => (await loaded()).sign(bytes),
    wrap: async (secret) => (await loaded()).wrap(secret),
    unwrap: async (wrapped) => (await loaded()).unwrap(wrapped),
  };
}
