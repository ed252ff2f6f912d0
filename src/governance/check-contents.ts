import { checkNames, refuseDuplicates } from './check-names.ts';
import type { Access, CatalogEntry } from './documents.ts';
import { coversContent } from './rule-coverage.ts';
import type { YamlDocument } from './yaml-document.ts';

/**
 * Checks the content rules. Refuses names that do not exist, rules that no entry matches, and rules for entries with a
 * cache, because the content of an answer from the edge's cache cannot be kept.
 */
export function checkContents(access: YamlDocument<Access>, entries: readonly CatalogEntry[]): void {
  const names = new Set(entries.map(({ name }) => name));
  const tags = new Set(entries.flatMap((entry) => entry.tags ?? []));
  access.value.contents.forEach((rule, index) => {
    const path = ['contents', index];
    checkNames(access, rule.entries, names, [...path, 'entries'], 'catalog entry');
    checkNames(access, rule.tags, tags, [...path, 'tags'], 'tag');
    refuseDuplicates(access, rule.classifications ?? [], (at) => [...path, 'classifications', at]);
    refuseDuplicates(access, rule.parts, (at) => [...path, 'parts', at]);
    const asked = entries.filter((entry) => coversContent(rule, entry));
    if (asked.length === 0)
      access.refuse(
        path,
        'this rule can never match: none of its entries is for data of its classifications.',
      );
    const cached = asked.find(({ cache }) => cache);
    if (cached)
      access.refuse(
        path,
        `the content of every call of "${cached.name}" cannot be kept, because the edge may answer from its cache. ` +
          'Take its cache out of the catalog, or leave it out of this rule.',
      );
  });
}
