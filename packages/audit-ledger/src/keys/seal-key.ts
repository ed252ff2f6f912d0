import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { fromBase64url, toBase64url } from './base64url.ts';

const Coordinate = z.string().regex(/^[\w-]{43}$/, '32 bytes in base64url');

/** The public half of a seal key, as a JSON Web Key: https://www.rfc-editor.org/rfc/rfc7518#section-6.2 */
export const SealPublicKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: Coordinate,
  y: Coordinate,
});
export type SealPublicKey = z.infer<typeof SealPublicKey>;

/** The key by which one process seals its chain. Its private half never leaves the memory of that process. */
export interface SealKey {
  readonly publicKey: SealPublicKey;
  /** Seals a text: ES256 in base64url, 86 characters. */
  readonly sign: (text: string) => string;
}

/** The signature is the two numbers of ES256 side by side: https://www.rfc-editor.org/rfc/rfc7518#section-3.4 */
const ES256 = { dsaEncoding: 'ieee-p1363' } as const;

/** Makes a new random seal key. */
export function createSealKey(): SealKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: SealPublicKey.parse(publicKey.export({ format: 'jwk' })),
    sign: (text) => toBase64url(sign('sha256', Buffer.from(text), { key: privateKey, ...ES256 })),
  };
}

/** The keys by their public halves, because reading a key takes as long as checking a seal. */
const keys = new WeakMap<SealPublicKey, KeyObject>();

/** Tells whether `value` is the seal of the text by this key. False for coordinates that are no point of the curve, and for another spelling of the seal. */
export function checkSeal(publicKey: SealPublicKey, text: string, value: string): boolean {
  try {
    const key = keys.get(publicKey) ?? createPublicKey({ key: publicKey, format: 'jwk' });
    keys.set(publicKey, key);
    const signature = fromBase64url(value);
    // The last letter has four bits that the signature does not need.
    if (toBase64url(signature) !== value) return false;
    return verify('sha256', Buffer.from(text), { key, ...ES256 }, signature);
  } catch {
    return false;
  }
}
