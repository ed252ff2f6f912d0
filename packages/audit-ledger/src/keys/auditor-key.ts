import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { open } from 'node:fs/promises';
import { inputInvalid } from '../input-invalid.ts';
import { toBase64url } from './base64url.ts';
import { SealPublicKey } from './seal-key.ts';

/** The key of an auditor, by which an attestation is signed. It is none of the gateway's keys. */
export interface AuditorKey {
  readonly publicKey: SealPublicKey;
  /** Signs a text: ES256 in base64url. Undefined where the file holds the public half alone. */
  readonly sign: ((text: string) => string) | undefined;
}

/**
 * The mode bits of the group and of others:
 * https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/sys_stat.h.html
 */
const ANYBODY_ELSE = 0o077;

/**
 * Reads an auditor's key, or its public half, from a PEM file of this machine.
 * @throws AuditError AUDIT_INPUT_INVALID for a file that can't be read, that holds no key of the curve P-256, or that holds a
 * private key which others than its owner may use.
 */
export async function readAuditorKey(path: string): Promise<AuditorKey> {
  const file = await readFile(path);
  const privateKey = ifKey(() => createPrivateKey(file.pem));
  const publicKey = ifKey(() => createPublicKey(file.pem));
  const jwk = publicKey && SealPublicKey.safeParse(publicKey.export({ format: 'jwk' })).data;
  if (!jwk) throw inputInvalid('--auditor-key must name a PEM file with an EC key of the curve P-256.');
  if (privateKey && file.isShared)
    throw inputInvalid(
      'The file that --auditor-key names can be used by others than its owner: allow it to the owner alone (chmod 600).',
    );
  return {
    publicKey: jwk,
    sign:
      privateKey &&
      ((text) =>
        toBase64url(sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }))),
  };
}

async function readFile(path: string): Promise<{ readonly pem: Buffer; readonly isShared: boolean }> {
  const handle = await open(path).catch(() => {
    throw inputInvalid('The file that --auditor-key names cannot be read.');
  });
  try {
    const { mode } = await handle.stat();
    // Windows has no such mode bits.
    const isShared = process.platform !== 'win32' && (mode & ANYBODY_ELSE) !== 0;
    return { pem: await handle.readFile(), isShared };
  } finally {
    await handle.close();
  }
}

function ifKey(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
