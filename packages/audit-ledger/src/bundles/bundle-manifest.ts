import { z } from 'zod';

/** The names of a bundle's files, and of the folder that holds its copy of the ledger. */
export const MANIFEST_FILE = 'manifest.json';
export const MANIFEST_SIGNATURE_FILE = 'manifest.signature.json';
export const KEYS_FILE = 'keys.json';
export const ANCHORS_FILE = 'anchors.jsonl';
export const REPORT_FILE = 'report.json';
export const LEDGER_FOLDER = 'ledger';

/** The path of a file relative to the bundle. It never leads out of the bundle. */
export const BundlePath = z.string().regex(/^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*$/, 'a path inside the bundle');
/** The paths of the parts of chains and of the log over them, as they are read from a bundle. */
export const LEDGER_FILE =
  /^ledger\/(?:chains\/(\d{8})\/\1T\d{9}Z-[0-9a-f]{8}|tree\/\d{8})\/(?:\d{6}|[1-9]\d{6,})\.jsonl$/;
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex');

/** The manifest of a bundle: its period, and its files with their hashes. */
export const BundleManifest = z.strictObject({
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0), sha256: Sha256 })),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

/** The signature by the audit key over the bytes of the manifest. */
export const ManifestSignature = z.strictObject({
  keyId: z.string().min(1),
  algorithm: z.literal('PS256'),
  value: z.base64url(),
});
export type ManifestSignature = z.infer<typeof ManifestSignature>;

/** The public keys of a bundle, with their ids: https://www.rfc-editor.org/rfc/rfc7517#section-5 */
export const BundleKeys = z.object({
  keys: z.array(z.object({ kid: z.string(), kty: z.literal('RSA'), n: z.base64url(), e: z.base64url() })),
});
export type BundleKeys = z.infer<typeof BundleKeys>;

/** A line of the file of anchors. */
export const BundleAnchor = z.object({ writer: z.string(), sequence: z.int().min(0), hash: Sha256 });
