import { z } from 'zod';

export const MANIFEST_FILE = 'manifest.json';
export const MANIFEST_SIGNATURE_FILE = 'manifest.signature.json';
export const KEYS_FILE = 'keys.json';
export const ANCHORS_FILE = 'anchors.jsonl';
export const LEDGER_FOLDER = 'ledger';

/** Relative to the bundle, and never out of it. */
export const BundlePath = z.string().regex(/^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*$/, 'a path inside the bundle');
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex');

/** What a bundle holds. */
export const BundleManifest = z.strictObject({
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0), sha256: Sha256 })),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

/** By the audit key, over the bytes of the manifest. */
export const ManifestSignature = z.strictObject({
  keyId: z.string().min(1),
  algorithm: z.literal('PS256'),
  value: z.base64url(),
});
export type ManifestSignature = z.infer<typeof ManifestSignature>;

/** Public keys by their ids. https://www.rfc-editor.org/rfc/rfc7517#section-5 */
export const BundleKeys = z.object({
  keys: z.array(z.object({ kid: z.string(), kty: z.literal('RSA'), n: z.base64url(), e: z.base64url() })),
});
export type BundleKeys = z.infer<typeof BundleKeys>;

export const BundleAnchor = z.object({ writer: z.string(), sequence: z.int().min(0), hash: Sha256 });
