import type { AnyResource, CallTarget } from './call-target.ts';
import type { CatalogEntry } from './documents.ts';
import type { EntryRules, RuleIndex } from './rule-index.ts';

/**
 * Lists the names of an entry's model or endpoint: Vertex AI's own, the catalog name, the alias, and that of
 * Anthropic's API, which ends in `-20251001` where Vertex AI's ends in `@20251001`.
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
function keyOf(resource: Exclude<CallTarget['resource'], AnyResource>): string {
  switch (resource.kind) {
    case 'endpoint':
      return `endpoints/${resource.endpoint}`;
    case 'model':
      return `publishers/${resource.publisher}/models/${resource.model}`;
    case 'name':
      return resource.name;
  }
}

/** Returns the name that a call gives a model or an endpoint, without its publisher. */
export function nameOfResource(resource: Exclude<CallTarget['resource'], AnyResource>): string {
  switch (resource.kind) {
    case 'endpoint':
      return resource.endpoint;
    case 'model':
      return resource.model;
    case 'name':
      return resource.name;
  }
}

/** Operations that only describe models. A caller who may use a model by any operation may read its description. */
export const DESCRIBING_OPERATIONS: ReadonlySet<string> = new Set(['listModels', 'getModel']);

/** An operation on a catalog entry. A call is allowed if one of its alternatives is. */
export interface Alternative {
  readonly rules: EntryRules;
  readonly operation: string;
}

/**
 * Lists the alternatives of a call, in the catalog's order.
 * - A call that names an entry has one alternative: the first of its operations that the entry offers.
 * - A call that names no entry has its operation on every entry that it can be meant for.
 * - A call that describes models has every operation of each of those entries.
 * @returns an empty list if the catalog has no such entry.
 */
export function listAlternatives(index: RuleIndex, target: CallTarget): Alternative[] {
  return findEntries(index, target).flatMap((rules) =>
    operationsOn(rules.entry, target).map((operation) => ({ rules, operation })),
  );
}

function operationsOn(
  entry: CatalogEntry,
  { operation, otherOperations = [] }: CallTarget,
): readonly string[] {
  if (DESCRIBING_OPERATIONS.has(operation)) return entry.operations;
  return [[operation, ...otherOperations].find((one) => offers(entry, one)) ?? operation];
}

/** Finds the rules of the entry that a resource names; undefined for a resource of the kind `any`. */
export function findRules(
  { byKey }: Pick<RuleIndex, 'byKey'>,
  resource: CallTarget['resource'],
): EntryRules | undefined {
  return resource.kind === 'any' ? undefined : byKey.get(keyOf(resource));
}

function findEntries(index: RuleIndex, target: CallTarget): readonly EntryRules[] {
  const { resource } = target;
  if (resource.kind === 'any') return findAny(index, target, resource);
  const rules = findRules(index, resource);
  return rules && isInProject(index, rules, target.project) ? [rules] : [];
}

/**
 * Finds the entries of the publisher and project that offer the operation in the location. If there are none, the
 * entries that offer it elsewhere, or else all of them, so that a denial can say what is wrong.
 */
function findAny(
  index: RuleIndex,
  { project, location, operation }: CallTarget,
  { publisher }: AnyResource,
): readonly EntryRules[] {
  const candidates = index.entries.filter(
    (rules) =>
      isInProject(index, rules, project) &&
      (publisher === undefined || ('publisher' in rules.entry && rules.entry.publisher === publisher)),
  );
  const offering = candidates.filter(
    ({ entry }) => DESCRIBING_OPERATIONS.has(operation) || offers(entry, operation),
  );
  const here = offering.filter(
    ({ entry }) => location === undefined || (entry.locations as readonly string[]).includes(location),
  );
  return [here, offering, candidates].find(({ length }) => length > 0) ?? [];
}

function offers({ operations }: CatalogEntry, operation: string): boolean {
  return (operations as readonly string[]).includes(operation);
}

function isInProject(
  { idOfProject }: RuleIndex,
  { entry }: EntryRules,
  project: string | undefined,
): boolean {
  return project === undefined || project === entry.project || idOfProject.get(project) === entry.project;
}

function givenNamesOf({ name, alias }: CatalogEntry): string[] {
  return alias === undefined ? [name] : [name, alias];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
