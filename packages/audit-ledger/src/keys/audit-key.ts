import type { TokenCredential } from '@azure/identity';

/** A key, encrypted by a version of the audit key (RSA-OAEP-256). */
export interface WrappedKey {
  /** Of the version that unwraps it. */
  readonly keyId: string;
  readonly wrapped: Uint8Array;
}

export interface KeySignature {
  /** Of the version that made it. */
  readonly keyId: string;
  readonly value: Uint8Array;
}

/**
 * The RSA key that vouches for the ledger and protects the keys of digests and contents. Its private half is never
 * seen. Everything throws AuditError AUDIT_UNAVAILABLE when the key can't be used in time.
 */
export interface AuditKey {
  /** PS256: https://www.rfc-editor.org/rfc/rfc7518#section-3.5 */
  sign(bytes: Uint8Array): Promise<KeySignature>;
  wrap(key: Uint8Array): Promise<WrappedKey>;
  /** @throws AuditError AUDIT_UNAVAILABLE for what another key wrapped as well. */
  unwrap(key: WrappedKey): Promise<Uint8Array>;
}

/**
 * @param keyUrl of a key in Key Vault, or `file:///…` of a PEM for local development.
 * @param timeoutInMs of each use of a key in Key Vault.
 */
export function openAuditKey(keyUrl: string, credential: TokenCredential, timeoutInMs: number): AuditKey {
  // Loaded at the first use: packages for keys take long.
  const load = keyUrl.startsWith('file:')
    ? async () => (await import('./local-audit-key.ts')).readLocalAuditKey(new URL(keyUrl))
    : async () =>
        (await import('./key-vault-audit-key.ts')).createKeyVaultAuditKey(keyUrl, credential, timeoutInMs);
  let key: Promise<AuditKey> | undefined;
  const loaded = () =>
    (key ??= load().catch((error: unknown) => {
      key = undefined;
      throw error;
    }));
  return {
    sign: async (bytes) => (await loaded()).sign(bytes),
    wrap: async (secret) => (await loaded()).wrap(secret),
    unwrap: async (wrapped) => (await loaded()).unwrap(wrapped),
  };
}
