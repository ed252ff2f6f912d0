import { constants, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TokenCredential } from '@azure/identity';
import { CryptographyClient } from '@azure/keyvault-keys';
import type { ManifestSignature } from '../../src/audit/verification/bundle-manifest.ts';

/**
 * Signs with the audit key: in Key Vault, or in a PEM file (`file:///…`). https://www.rfc-editor.org/rfc/rfc7518#section-3.5
 * @throws Error in plain words when the key can't be used.
 */
export async function signManifest(
  keyUrl: string,
  credential: TokenCredential,
  manifest: Uint8Array,
): Promise<ManifestSignature> {
  const algorithm = 'PS256';
  if (keyUrl.startsWith('file:')) {
    const key = await readFile(new URL(keyUrl));
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const value = sign('sha256', manifest, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
    return { keyId: keyUrl, algorithm, value: value.toString('base64url') };
  }
  const client = new CryptographyClient(keyUrl, credential, {
    // The emulator is not at an address of the vault's own domain.
    disableChallengeResourceVerification: new URL(keyUrl).hostname === '127.0.0.1',
  });
  try {
    const { result, keyID } = await client.signData(algorithm, manifest);
    return { keyId: keyID ?? keyUrl, algorithm, value: Buffer.from(result).toString('base64url') };
  } catch {
    throw new Error(
      'Key Vault did not sign the manifest. Check AUDIT_KEY_URL and that this identity has the role Key Vault Crypto User.',
    );
  }
}
