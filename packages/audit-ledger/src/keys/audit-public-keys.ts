import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TokenCredential } from '@azure/identity';
import type { JsonWebKey as VaultKey } from '@azure/keyvault-keys';
import { AuditError } from '../audit-error.ts';
import { toBase64url } from './base64url.ts';
import type { PublicKeys } from './signature.ts';

const KEY_URL = /^(https:\/\/[^/]+)\/keys\/([^/]+)(?:\/([^/]+))?$/;
/** Of each key that is asked for, with the SDK's own retries. */
const TIMEOUT_IN_MS = 15_000;

/**
 * The public halves of the audit key, of any version: from Key Vault, or from a PEM file (`file:///…`), which is taken
 * for every key id. https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning
 */
export function createAuditPublicKeys(keyUrl: string, credential: () => TokenCredential): PublicKeys {
  if (keyUrl.startsWith('file:')) return () => readPublicKey(new URL(keyUrl));
  return async (keyId) => {
    const [, vault, name = ''] = KEY_URL.exec(keyUrl) ?? [];
    const [, otherVault, otherName, version] = KEY_URL.exec(keyId) ?? [];
    if (vault === undefined || otherVault !== vault || otherName !== name) return undefined;
    // Loaded when the first signature is met: the package takes long.
    const { KeyClient } = await import('@azure/keyvault-keys');
    const isLoopback = new URL(vault).hostname === '127.0.0.1';
    const client = new KeyClient(vault, credential(), {
      // The emulator is not at an address of the vault's own domain.
      disableChallengeResourceVerification: isLoopback,
    });
    try {
      const abortSignal = AbortSignal.timeout(TIMEOUT_IN_MS);
      const { key } = await client.getKey(name, { abortSignal, ...(version !== undefined && { version }) });
      return key && asJwk(key);
    } catch (error) {
      if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return undefined;
      throw new AuditError(
        'AUDIT_UNAVAILABLE',
        'The public audit key cannot be read from Key Vault. If this goes on, its operators must check the address of ' +
          'the key, and that this identity has the role Key Vault Crypto User.',
      );
    }
  };
}

/** The public half of a PEM, be it public or private. */
export async function readPublicKey(file: URL | string): Promise<JsonWebKey> {
  return createPublicKey(await readFile(file)).export({ format: 'jwk' });
}

function asJwk({ n, e }: VaultKey): JsonWebKey | undefined {
  if (!n || !e) return undefined;
  return { kty: 'RSA', n: toBase64url(n), e: toBase64url(e) };
}
