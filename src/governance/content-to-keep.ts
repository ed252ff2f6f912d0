import type { Access, CatalogEntry, ContentPart, ContentRule } from './documents.ts';
import { covers } from './rule-index.ts';

/** Whether a rule asks for the content of an entry's calls. */
export function coversContent(rule: ContentRule, entry: CatalogEntry): boolean {
  return covers(rule, entry) && (rule.classifications?.includes(entry.classification) ?? true);
}

/** What is kept of the calls of an entry, by all rules together. */
export function contentToKeep({ contents }: Pick<Access, 'contents'>, entry: CatalogEntry): ContentPart[] {
  const asked = contents.filter((rule) => coversContent(rule, entry)).flatMap(({ parts }) => parts);
  return [...new Set(asked)];
}
