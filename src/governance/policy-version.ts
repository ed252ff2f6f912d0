import { createHash } from 'node:crypto';

/** The files of the governance documents, in the order in which their texts are hashed. */
export const DOCUMENT_FILES = ['catalog.yaml', 'access.yaml', 'limits.yaml'] as const;

/** Returns SHA-256 of the documents' texts in the order of `DOCUMENT_FILES`, in hexadecimal. */
export function policyVersionOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}
