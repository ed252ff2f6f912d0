import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
} from 'node:crypto';
import { open } from 'node:fs/promises';
import { AuditError } from '../audit-error.ts';
import type { AuditKey } from './audit-key.ts';
import { thumbprintOf } from './thumbprint.ts';

/** NIST SP 800-131A allows no shorter RSA key. */
const MINIMUM_MODULUS_BITS = 2048;
/**
 * The mode bits of the group and of others:
 * https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/sys_stat.h.html
 */
const ANYBODY_ELSE = 0o077;
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/**
 * Reads the audit key from a PEM file of this machine, for local development.
 * @throws AuditError AUDIT_UNAVAILABLE for a file that can't be read, that others than its owner may use, or that holds
 * no private RSA key of at least 2,048 bits.
 */
export async function readLocalAuditKey(file: URL): Promise<AuditKey> {
  const privateKey = await readPrivateKey(file);
  const publicKey = createPublicKey(privateKey);
  const keyId = nameOf(publicKey);
  return {
    sign: (bytes) => Promise.resolve({ keyId, value: sign('sha256', bytes, { key: privateKey, ...PSS }) }),
    wrap: (secret) => Promise.resolve({ keyId, wrapped: publicEncrypt({ key: publicKey, ...OAEP }, secret) }),
    unwrap: (key) => {
      try {
        if (key.keyId !== keyId) throw new TypeError('another key');
        return Promise.resolve(privateDecrypt({ key: privateKey, ...OAEP }, key.wrapped));
      } catch {
        return Promise.reject(unusable('did not wrap this'));
      }
    },
  };
}

async function readPrivateKey(file: URL): Promise<KeyObject> {
  const pem = await open(file).then(
    async (handle) => {
      try {
        const { mode } = await handle.stat();
        // Windows has no such mode bits.
        if (process.platform !== 'win32' && (mode & ANYBODY_ELSE) !== 0)
          throw unusable('can be used by others than its owner: allow it to the owner alone (chmod 600)');
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    },
    () => {
      throw unusable('cannot be read');
    },
  );
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw unusable('holds no private key in PEM');
  }
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa' || modulusLength < MINIMUM_MODULUS_BITS)
    throw unusable('holds no RSA key of 2,048 bits or more');
  return key;
}

/** Makes the key id of the key's thumbprint, so that different keys have different ids. */
function nameOf(publicKey: KeyObject): string {
  const { e = '', n = '' } = publicKey.export({ format: 'jwk' });
  return `local:${thumbprintOf({ n, e })}`;
}

function unusable(why: string): AuditError {
  return new AuditError('AUDIT_UNAVAILABLE', `The file that AUDIT_KEY_URL names ${why}.`);
}
