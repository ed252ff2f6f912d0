import type { TokenCredential } from '@azure/identity';
import { AuditError } from '../audit-error.ts';
import { createAuditPublicKeys } from './audit-public-keys.ts';

/** The public keys that a verification believes; where there are none, a sentence says why. */
export interface TrustedKeys {
  readonly publicKeys: ReturnType<typeof createAuditPublicKeys> | undefined;
  readonly notChecked: readonly string[];
}

/** The places of the ledger and of the audit key, and the identity that reads the key. */
interface TrustOptions {
  readonly storageUrl: string;
  /** The URL of the audit key; undefined where none is known. */
  readonly keyUrl: string | undefined;
  readonly credential: TokenCredential;
}

/**
 * Opens the public halves of the audit key, after reading it once. A key that is a file of this machine is believed for a
 * ledger of this machine alone: whoever starts a verification elsewhere could name any file.
 */
export async function openTrustedKeys({
  storageUrl,
  keyUrl,
  credential,
}: TrustOptions): Promise<TrustedKeys> {
  if (keyUrl === undefined) return untrusted('AUDIT_KEY_URL does not name it.');
  if (keyUrl.startsWith('file:') && !isOfThisMachine(storageUrl))
    return untrusted('AUDIT_KEY_URL names a file, which is believed for a ledger on this machine alone.');
  const publicKeys = createAuditPublicKeys(keyUrl, () => credential);
  try {
    if (await publicKeys(keyUrl)) return { publicKeys, notChecked: [] };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return untrusted('It cannot be read from its key service, or its file.');
  }
  return untrusted('Its key service does not have it.');
}

function untrusted(why: string): TrustedKeys {
  return {
    publicKeys: undefined,
    notChecked: [
      `Who signed, because the audit key is not known. ${why} Name its public half with --public-key.`,
    ],
  };
}

function isOfThisMachine(url: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);
}
