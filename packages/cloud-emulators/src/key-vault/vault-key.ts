import {
  constants,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  privateEncrypt,
  publicEncrypt,
  randomUUID,
} from 'node:crypto';
import { promisify } from 'node:util';
import { encodePss } from './encode-pss.ts';
import { badParameter } from './key-vault-error.ts';

/** An RSA key of the vault, with its one version. */
export interface VaultKey {
  readonly name: string;
  /** The version's id: 32 hexadecimal digits. */
  readonly version: string;
  readonly createdAt: Date;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** An operation of a key, from bytes to bytes. @throws KeyVaultError for unsuitable bytes. */
type KeyOperation = (key: VaultKey, value: Buffer) => Buffer;

const MODULUS_BITS = 2048;
const MODULUS_BYTES = MODULUS_BITS / 8;
const DIGEST_BYTES = 32;
/** The largest value that OAEP with SHA-256 can wrap with this modulus. */
const LONGEST_WRAPPED_BYTES = MODULUS_BYTES - 2 * DIGEST_BYTES - 2;
/** The DigestInfo of a SHA-256 digest, up to the digest. Source: https://www.rfc-editor.org/rfc/rfc8017#section-9.2 */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };

/**
 * The operations and, for each, its algorithms.
 * Sources: https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign, …/wrap-key/wrap-key, …/unwrap-key/unwrap-key
 * and https://learn.microsoft.com/azure/key-vault/keys/about-keys-details
 */
export const KEY_OPERATIONS: Readonly<Record<string, Readonly<Record<string, KeyOperation>>>> = {
  sign: {
    RS256: ({ privateKey }, digest) => {
      requireDigest(digest, 'RS256');
      const padded = { key: privateKey, padding: constants.RSA_PKCS1_PADDING };
      return privateEncrypt(padded, Buffer.concat([DIGEST_INFO, digest]));
    },
    PS256: ({ privateKey }, digest) => {
      requireDigest(digest, 'PS256');
      return privateEncrypt(
        { key: privateKey, padding: constants.RSA_NO_PADDING },
        encodePss(digest, MODULUS_BITS),
      );
    },
  },
  wrapkey: {
    'RSA-OAEP-256': ({ publicKey }, value) => {
      if (value.length === 0 || value.length > LONGEST_WRAPPED_BYTES)
        throw badParameter(`Parameter 'value' must have 1 to ${LONGEST_WRAPPED_BYTES} bytes for this key.`);
      return publicEncrypt({ key: publicKey, ...OAEP }, value);
    },
  },
  unwrapkey: {
    'RSA-OAEP-256': ({ privateKey }, value) => {
      try {
        return privateDecrypt({ key: privateKey, ...OAEP }, value);
      } catch {
        throw badParameter("Parameter 'value' was not wrapped with this key.");
      }
    },
  },
};

/** Makes an RSA key that is new at every start. */
export async function createVaultKey(name: string, now: () => number): Promise<VaultKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS });
  return { name, version: randomUUID().replaceAll('-', ''), createdAt: new Date(now()), ...pair };
}

/** Writes a key with its public part. Source: https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key */
export function toKeyBundle({ publicKey, createdAt }: VaultKey, kid: string): object {
  const { n, e } = publicKey.export({ format: 'jwk' });
  return {
    key: { kid, kty: 'RSA', key_ops: ['sign', 'verify', 'wrapKey', 'unwrapKey'], n, e },
    attributes: attributesOf({ createdAt }),
  };
}

/** Writes the attributes of a key. */
export function attributesOf({ createdAt }: Pick<VaultKey, 'createdAt'>): object {
  const created = Math.floor(createdAt.getTime() / 1000);
  return {
    enabled: true,
    created,
    updated: created,
    recoveryLevel: 'Recoverable+Purgeable',
    recoverableDays: 90,
    exportable: false,
  };
}

function requireDigest(digest: Buffer, algorithm: string): void {
  if (digest.length !== DIGEST_BYTES) {
    throw badParameter(
      `Invalid length of 'value': ${digest.length} bytes. ${algorithm} requires ${DIGEST_BYTES} bytes, encoded with base64url.`,
    );
  }
}
