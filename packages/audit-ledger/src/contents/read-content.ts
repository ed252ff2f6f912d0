import { createHash } from 'node:crypto';
import type { ContentReference } from '../record/record-schema.ts';
import { openContent, type PartName, type PlainPart, SealedContent } from './sealed-content.ts';
import type { SubjectKeys } from './subject-keys.ts';

/**
 * The content that a record refers to, or the reason why it can't be shown. `erased`: the data subject's key is gone.
 * `missing`: the key is there, but the content isn't. `altered`: the content has not the hash that is on record.
 */
export type StoredContent =
  | { readonly kind: 'content'; readonly parts: ReadonlyMap<PartName, PlainPart> }
  | { readonly kind: 'erased' | 'missing' | 'altered' };

/**
 * Reads and decrypts the content that a record refers to.
 * @param read gives the text of a blob of contents; undefined when there is no such blob.
 * @throws when storage or the audit key can't be used, and when the content can't be decrypted.
 */
export async function readContent(
  { subject, blob, sha256 }: ContentReference,
  keys: Pick<SubjectKeys, 'find'>,
  read: (blob: string) => Promise<string | undefined>,
): Promise<StoredContent> {
  const key = await keys.find(subject);
  if (!key) return { kind: 'erased' };
  const text = await read(blob);
  if (text === undefined) return { kind: 'missing' };
  if (createHash('sha256').update(text).digest('hex') !== sha256) return { kind: 'altered' };
  const content = SealedContent.parse(JSON.parse(text));
  // The subject was erased while an instance still used its old key, and has a new key since.
  if (content.subjectKeyId !== key.id) return { kind: 'erased' };
  return { kind: 'content', parts: openContent(content, key) };
}
