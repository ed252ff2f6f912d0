import { constants, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

/**
 * Gives the public key of a key id, or several of which any may be that key; undefined for a key that is not known. Keys
 * of files have no ids.
 */
export type PublicKeys = (keyId: string) => Promise<JsonWebKey | readonly JsonWebKey[] | undefined>;

/**
 * Checks a PS256 signature in base64url: true when it fits, undefined for a key that is not known.
 * https://www.rfc-editor.org/rfc/rfc7518#section-3.5
 */
type CheckSignature = (
  keyId: string,
  signed: string | Uint8Array,
  value: string,
) => Promise<boolean | undefined>;

/** The most key ids that are remembered as not known, because forged signatures can name any number. */
const MOST_UNKNOWN = 1_000;
/** The longest id of a key. Longer ones are not known, so that forged ones are not kept. */
const LONGEST_KEY_ID = 1_024;

/**
 * Checks signatures with the given public keys. Each key is asked for once, and again after a failure, and where very
 * many others were asked for that are not known. A key that is no RSA key counts as not known.
 */
export function createSignatureCheck(publicKeys: PublicKeys): CheckSignature {
  const keys = new Map<string, Promise<readonly KeyObject[]>>();
  const unknown = new Set<string>();
  /** Keeps a key id as not known, in place of the oldest such one. */
  const noteUnknown = (keyId: string) => {
    unknown.add(keyId);
    const [oldest] = unknown;
    if (unknown.size <= MOST_UNKNOWN || oldest === undefined) return;
    unknown.delete(oldest);
    keys.delete(oldest);
  };
  const find = (keyId: string) => {
    const known = keys.get(keyId);
    if (known) return known;
    const asked = publicKeys(keyId).then(readKeys);
    keys.set(keyId, asked);
    asked.then(
      (found) => {
        if (found.length === 0) noteUnknown(keyId);
      },
      () => keys.delete(keyId),
    );
    return asked;
  };
  return async (keyId, signed, value) => {
    const known = keyId.length > LONGEST_KEY_ID ? [] : await find(keyId);
    if (known.length === 0) return undefined;
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
    const data = typeof signed === 'string' ? Buffer.from(signed) : signed;
    const signature = Buffer.from(value, 'base64url');
    return known.some((key) => verify('sha256', data, { key, padding, saltLength }, signature));
  };
}

function readKeys(given: Awaited<ReturnType<PublicKeys>>): KeyObject[] {
  return (given === undefined ? [] : [given].flat()).flatMap((jwk: JsonWebKey) => {
    if (jwk.kty !== 'RSA') return [];
    try {
      return [createPublicKey({ key: jwk, format: 'jwk' })];
    } catch {
      return [];
    }
  });
}
