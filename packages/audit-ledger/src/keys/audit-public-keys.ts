import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TokenCredential } from '@azure/identity';
import type { JsonWebKey as VaultKey, KeyClient } from '@azure/keyvault-keys';
import { AuditError } from '../audit-error.ts';
import { toBase64url } from './base64url.ts';

/** The URL of a key, or of a version of it, which is named by 32 characters. No other is asked for. */
const KEY_URL = /^(https:\/\/[^/]+)\/keys\/([^/]+)(?:\/([0-9a-f]{32}))?$/;
/** The time limit for reading one key, the SDK's own retries included. */
const TIMEOUT_IN_MS = 15_000;
/** The versions of a key are listed so often at most, however many that are not among them are asked for. */
const LIST_INTERVAL_IN_MS = 60_000;

/**
 * Gives the public half of any version of the audit key, read from Key Vault. The key of a PEM file (`file:///…`) is
 * given for every key id. A key id of another vault or key is not known. Nor is a version that the vault does not list,
 * for which the vault is not asked: forged signatures can name any number of versions. The list is read once a minute at
 * most, so a new version may not be known in its first minute.
 * https://learn.microsoft.com/rest/api/keyvault/keys/get-key-versions/get-key-versions
 * https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning
 * @throws AuditError AUDIT_UNAVAILABLE from the function that is returned, when Key Vault can't be read in time.
 */
export function createAuditPublicKeys(
  keyUrl: string,
  credential: () => TokenCredential,
  now: () => number = () => performance.now(),
): (keyId: string) => Promise<JsonWebKey | undefined> {
  let listed: { readonly at: number; readonly versions: Promise<ReadonlySet<string>> } | undefined;
  const hasVersion = async (client: KeyClient, name: string, version: string): Promise<boolean> => {
    if (listed && (await listed.versions).has(version)) return true;
    if (!listed || now() - listed.at >= LIST_INTERVAL_IN_MS) {
      const asked = { at: now(), versions: listVersions(client, name) };
      listed = asked;
      asked.versions.catch(() => {
        if (listed === asked) listed = undefined;
      });
    }
    return (await listed.versions).has(version);
  };
  if (keyUrl.startsWith('file:')) return () => readPublicKey(new URL(keyUrl));
  return async (keyId) => {
    const [, vault, name = ''] = KEY_URL.exec(keyUrl) ?? [];
    const [, otherVault, otherName, version] = KEY_URL.exec(keyId) ?? [];
    if (vault === undefined || otherVault !== vault || otherName !== name) return undefined;
    // The package is slow to load, so the first signature loads it.
    const keyVault = await import('@azure/keyvault-keys');
    const isLoopback = new URL(vault).hostname === '127.0.0.1';
    const client = new keyVault.KeyClient(vault, credential(), {
      // The emulator is not at an address of the vault's own domain.
      disableChallengeResourceVerification: isLoopback,
    });
    try {
      const abortSignal = AbortSignal.timeout(TIMEOUT_IN_MS);
      if (version !== undefined && !(await hasVersion(client, name, version))) return undefined;
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

/** Lists the versions that a key has. */
async function listVersions(client: KeyClient, name: string): Promise<ReadonlySet<string>> {
  const versions = new Set<string>();
  const abortSignal = AbortSignal.timeout(TIMEOUT_IN_MS);
  for await (const { version } of client.listPropertiesOfKeyVersions(name, { abortSignal }))
    if (version !== undefined) versions.add(version);
  return versions;
}

/**
 * Reads the public half of a key from a PEM file that holds a public or a private key. @throws
 * AuditError AUDIT_UNAVAILABLE when it can't be read.
 */
export async function readPublicKey(file: URL | string): Promise<JsonWebKey> {
  try {
    return createPublicKey(await readFile(file)).export({ format: 'jwk' });
  } catch {
    throw new AuditError('AUDIT_UNAVAILABLE', 'The public audit key cannot be read from its PEM file.');
  }
}

function asJwk({ n, e }: VaultKey): JsonWebKey | undefined {
  if (!n || !e) return undefined;
  return { kty: 'RSA', n: toBase64url(n), e: toBase64url(e) };
}
