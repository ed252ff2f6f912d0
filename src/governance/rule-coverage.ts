import type { Access, CatalogEntry, ContentPart, ContentRule, Deny } from './documents.ts';

/** True if a rule covers an entry by name or by tag. A rule without names and tags covers every entry. */
export function covers(rule: Pick<Deny, 'entries' | 'tags'>, { name, tags = [] }: CatalogEntry): boolean {
  if (!rule.entries && !rule.tags) return true;
  return (rule.entries?.includes(name) ?? false) || tags.some((tag) => rule.tags?.includes(tag));
}

/** True if a rule has content of an entry's calls kept. */
export function coversContent(rule: ContentRule, entry: CatalogEntry): boolean {
  return covers(rule, entry) && (rule.classifications?.includes(entry.classification) ?? true);
}

/** Lists the parts of an entry's calls that content rules have kept with the caller's own values. */
export function contentInOriginal(
  { contents }: Pick<Access, 'contents'>,
  entry: CatalogEntry,
): ContentPart[] {
  return contentToKeep({ contents: contents.filter(({ original }) => original) }, entry);
}

/** Lists the parts of an entry's calls that all content rules together have kept. */
export function contentToKeep({ contents }: Pick<Access, 'contents'>, entry: CatalogEntry): ContentPart[] {
  const asked = contents.filter((rule) => coversContent(rule, entry)).flatMap(({ parts }) => parts);
  return [...new Set(asked)];
}
