import { createHash } from 'node:crypto';

/** The governance documents that every deployment has, in the order in which their texts are hashed. */
export const DOCUMENT_FILES = ['catalog.yaml', 'access.yaml', 'limits.yaml'] as const;

/** The document on the content of calls. A deployment without it inspects none. Its text is hashed last. */
export const PROTECTION_FILE = 'protection.yaml';

/** Returns SHA-256 of the documents' texts in the order of the files above, in hexadecimal. */
export function policyVersionOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}
