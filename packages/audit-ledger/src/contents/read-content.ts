import { createHash } from 'node:crypto';
import type { ContentReference } from '../record/record-schema.ts';
import { openContent, type PartName, type PlainPart, SealedContent } from './sealed-content.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** `erased`: the data subject's key is gone; `missing`: it is there, and what it opens isn't. */
export type StoredContent =
  | { readonly kind: 'content'; readonly parts: ReadonlyMap<PartName, PlainPart> }
  | { readonly kind: 'erased' | 'missing' | 'altered' };

/**
 * Opens the content that a record speaks of.
 * @param read gives the text of a blob of contents; undefined when there is none.
 * @throws when storage or the audit key can't be used.
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
  // The subject was erased while its old key was still in use somewhere, and has called again since.
  if (content.subjectKeyId !== key.id) return { kind: 'erased' };
  return { kind: 'content', parts: openContent(content, key) };
}
