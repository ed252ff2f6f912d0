import type { AnyResource, CallTarget } from './call-target.ts';
import type { CatalogEntry } from './documents.ts';

/**
 * Lists the names of an entry's model or endpoint: Vertex AI's own, the catalog name, the alias, and that of
 * Anthropic's API, which ends in `-20250929` where Vertex AI's ends in `@20250929`.
 * https://docs.claude.com/en/docs/about-claude/models/overview
 */
export function namesOf(entry: CatalogEntry): string[] {
  const own = 'endpoint' in entry ? entry.endpoint : entry.model;
  return unique([own, own.replace(/@(?=\d{8}$)/, '-'), ...givenNamesOf(entry)]);
}

/**
 * Lists the keys of an entry, each unique in a catalog. The function app and the edge's policies turn every spelling of
 * a model's or an endpoint's name into one of these keys to find the entry.
 */
export function keysOf(entry: CatalogEntry): string[] {
  const resources = namesOf(entry).map((name) =>
    'endpoint' in entry
      ? keyOf({ kind: 'endpoint', endpoint: name })
      : keyOf({ kind: 'model', publisher: entry.publisher, model: name }),
  );
  return [...resources, ...givenNamesOf(entry).map((name) => keyOf({ kind: 'name', name }))];
}

/** The key of a resource: of a path `endpoints/…` or `publishers/…/models/…`, of a bare name the name itself. */
export function keyOf(resource: Exclude<CallTarget['resource'], AnyResource>): string {
  switch (resource.kind) {
    case 'endpoint':
      return `endpoints/${resource.endpoint}`;
    case 'model':
      return `publishers/${resource.publisher}/models/${resource.model}`;
    case 'name':
      return resource.name;
  }
}

function givenNamesOf({ name, alias }: CatalogEntry): string[] {
  return alias === undefined ? [name] : [name, alias];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
