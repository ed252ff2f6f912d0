import type { AnyResource, CallTarget } from './call-target.ts';
import type { CatalogEntry } from './documents.ts';

/**
 * All names of a model or an endpoint in the catalog: its own, those that rules and people have for it, and that of
 * Anthropic's API, which writes `-20250929` behind a model where Vertex AI writes `@20250929`.
 * https://docs.claude.com/en/docs/about-claude/models/overview
 */
export function namesOf(entry: CatalogEntry): string[] {
  const own = 'endpoint' in entry ? entry.endpoint : entry.model;
  return unique([own, own.replace(/@(?=\d{8}$)/, '-'), ...givenNamesOf(entry)]);
}

/**
 * The one table of names: every key under which a call can reach an entry, unique in a catalog. Whatever spelling a path
 * or a body has, the function app and the edge (`npm run policy:build`) come to one of these, and look it up here.
 */
export function keysOf(entry: CatalogEntry): string[] {
  const resources = namesOf(entry).map((name) =>
    'endpoint' in entry
      ? keyOf({ kind: 'endpoint', endpoint: name })
      : keyOf({ kind: 'model', publisher: entry.publisher, model: name }),
  );
  return [...resources, ...givenNamesOf(entry).map((name) => keyOf({ kind: 'name', name }))];
}

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
