import type { Access, CatalogEntry, ContentPart, ContentRule } from './documents.ts';
import { covers } from './rule-index.ts';

/** True if a rule has content of an entry's calls kept. */
export function coversContent(rule: ContentRule, entry: CatalogEntry): boolean {
  return covers(rule, entry) && (rule.classifications?.includes(entry.classification) ?? true);
}

/** Lists the parts of an entry's calls that all content rules together have kept. */
export function contentToKeep({ contents }: Pick<Access, 'contents'>, entry: CatalogEntry): ContentPart[] {
  const asked = contents.filter((rule) => coversContent(rule, entry)).flatMap(({ parts }) => parts);
  return [...new Set(asked)];
}
