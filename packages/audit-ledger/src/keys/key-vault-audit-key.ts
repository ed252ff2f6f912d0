import { constants, createHash, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import {
  CryptographyClient,
  KeyClient,
  type KeyVaultKey,
  parseKeyVaultKeyIdentifier,
} from '@azure/keyvault-keys';
import { AuditError } from '../audit-error.ts';
import { limitSignal } from '../time/limit-signal.ts';
import { inTheBackground } from '../time/schedule.ts';
import { waitAtMost } from '../time/time-limit.ts';
import type { AuditKey } from './audit-key.ts';
import { toBase64url } from './base64url.ts';

/** The key version in use, with its public half. */
interface CurrentKey {
  readonly key: KeyVaultKey & { readonly id: string };
  readonly publicKey: KeyObject;
  readonly readAt: number;
}

/** Retries are few and quick, because the caller has a time limit. */
const RETRIES = { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 400 };
/** A new version of the key is noticed after this time at the latest. */
const KEPT_FOR_IN_MS = 3_600_000;

/**
 * The audit key in Key Vault, in its current version when `keyUrl` names none. Wrapping takes the public half alone,
 * so it is done in this process.
 * https://learn.microsoft.com/azure/key-vault/keys/about-keys-details
 * @param timeoutInMs the time limit of each use.
 */
export function createKeyVaultAuditKey(
  keyUrl: string,
  credential: TokenCredential,
  timeoutInMs: number,
): AuditKey {
  const { vaultUrl, name, version } = parseKeyVaultKeyIdentifier(keyUrl);
  const options = {
    retryOptions: RETRIES,
    // The emulator is not at an address of the vault's own domain.
    disableChallengeResourceVerification: new URL(vaultUrl).hostname === '127.0.0.1',
  };
  const keys = new KeyClient(vaultUrl, credential, options);
  let current: CurrentKey | undefined;

  const readCurrent = async (abortSignal: AbortSignal): Promise<CurrentKey> => {
    if (current && Date.now() - current.readAt < KEPT_FOR_IN_MS) return current;
    const key = await keys.getKey(name, { abortSignal, ...(version !== undefined && { version }) });
    const { id, key: { n, e } = {} } = key;
    if (id === undefined || !n || !e) throw new TypeError('not an RSA key');
    const jwk = { kty: 'RSA', n: toBase64url(n), e: toBase64url(e) };
    current = {
      key: { ...key, id },
      publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
      readAt: Date.now(),
    };
    return current;
  };
  /** An error of the SDK is dropped, because it holds the request. */
  const limited = async <Result>(work: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> => {
    const onLate = (): never => {
      throw unusable();
    };
    try {
      const abortSignal = limitSignal(timeoutInMs);
      return await waitAtMost(work(abortSignal), { schedule: inTheBackground, timeoutInMs, onLate });
    } catch {
      // The version may be disabled and a new one may exist, so the next use reads the key anew.
      current = undefined;
      throw unusable();
    }
  };

  return {
    sign: (bytes) =>
      limited(async (abortSignal) => {
        const { key } = await readCurrent(abortSignal);
        const digest = createHash('sha256').update(bytes).digest();
        const client = new CryptographyClient(key, credential, options);
        const { result } = await client.sign('PS256', digest, { abortSignal });
        return { keyId: key.id, value: result };
      }),
    wrap: (secret) =>
      limited(async (abortSignal) => {
        const { key, publicKey } = await readCurrent(abortSignal);
        const padding = constants.RSA_PKCS1_OAEP_PADDING;
        return {
          keyId: key.id,
          wrapped: publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, secret),
        };
      }),
    unwrap: ({ keyId, wrapped }) =>
      limited(async (abortSignal) => {
        const wrapper = parseKeyVaultKeyIdentifier(keyId);
        if (wrapper.vaultUrl !== vaultUrl || wrapper.name !== name) throw new TypeError('another key');
        // The key is not read first: Key Vault still unwraps with an expired version, but the SDK would refuse to ask.
        const key: KeyVaultKey = { id: keyId, name, properties: { name, vaultUrl } };
        const client = new CryptographyClient(key, credential, options);
        const { result } = await client.unwrapKey('RSA-OAEP-256', wrapped, { abortSignal });
        return result;
      }),
  };
}

function unusable(): AuditError {
  return new AuditError(
    'AUDIT_UNAVAILABLE',
    'The audit key in Key Vault cannot be used. If this goes on, its operators must check the address of the key, that ' +
      'the key is enabled, and that this identity has the role Key Vault Crypto User.',
  );
}
