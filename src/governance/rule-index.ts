import type { CallTarget } from './call-target.ts';
import type { Access, Catalog, CatalogEntry, Deny, Grant, Residency } from './documents.ts';

/** Rules by role and then by cell, which is one operation in one location. */
type Cells<Rule> = ReadonlyMap<string, ReadonlyMap<string, Rule>>;

/** All that the rules say of one catalog entry, laid out so that a decision only looks up. */
export interface EntryRules {
  readonly entry: CatalogEntry;
  readonly grants: Cells<Grant>;
  readonly denies: Cells<Deny>;
  /** Every grant that covers the entry, for finding the nearest one. */
  readonly allGrants: readonly Grant[];
}

export interface RuleIndex {
  readonly entries: readonly EntryRules[];
  readonly findEntry: (resource: CallTarget['resource']) => EntryRules | undefined;
  readonly residency: ReadonlyMap<string, readonly Residency[]>;
  readonly agents: ReadonlyMap<string, Access['agents'][number]>;
}

/** Stands for every caller in the cells of a deny without roles. */
export const EVERYONE = '*';

export function indexRules(catalog: Catalog, access: Access): RuleIndex {
  const environmentOf = new Map(access.roles.map(({ name, environment }) => [name, environment]));
  const reaches = (role: string, entry: CatalogEntry): boolean => {
    const environment = environmentOf.get(role);
    return environment !== undefined && entry.environments.includes(environment);
  };
  const entries = catalog.entries.map((entry): EntryRules => {
    const allGrants = access.grants.filter((grant) => covers(grant, entry));
    const denies = access.denies.filter((deny) => covers(deny, entry));
    return {
      entry,
      allGrants,
      grants: layOut(entry, allGrants, (grant) => grant.roles.filter((role) => reaches(role, entry))),
      denies: layOut(entry, denies, (deny) => deny.roles ?? [EVERYONE]),
    };
  });
  const byName = new Map(entries.flatMap((rules) => keysOf(rules.entry).map((key) => [key, rules])));
  return {
    entries,
    findEntry: (name) => byName.get(keyOf(name)),
    residency: new Map(
      access.roles.map(({ name }) => [name, access.residency.filter(({ roles }) => roles.includes(name))]),
    ),
    agents: new Map(access.agents.map((agent) => [agent.applicationId.toLowerCase(), agent])),
  };
}

/** The key of one operation in one location. */
export function cellOf(operation: string, location: string): string {
  return `${operation}@${location}`;
}

/** Every name under which callers can reach an entry; unique in a catalog. */
export function keysOf(entry: CatalogEntry): string[] {
  const names = unique([entry.name, entry.alias]);
  const resources =
    'endpoint' in entry
      ? unique([entry.endpoint, ...names]).map((endpoint) => keyOf({ kind: 'endpoint', endpoint }))
      : unique([entry.model, ...names]).map((model) =>
          keyOf({ kind: 'model', publisher: entry.publisher, model }),
        );
  return [...resources, ...names.map((name) => keyOf({ kind: 'name', name }))];
}

/** Whether a rule speaks of an entry: by name, by tag, or of all entries when it has neither. */
export function covers(rule: Pick<Deny, 'entries' | 'tags'>, { name, tags = [] }: CatalogEntry): boolean {
  if (!rule.entries && !rule.tags) return true;
  return (rule.entries?.includes(name) ?? false) || tags.some((tag) => rule.tags?.includes(tag));
}

function keyOf(resource: CallTarget['resource']): string {
  switch (resource.kind) {
    case 'endpoint':
      return `endpoints/${resource.endpoint}`;
    case 'model':
      return `publishers/${resource.publisher}/models/${resource.model}`;
    case 'name':
      return resource.name;
  }
}

function layOut<Rule extends Deny>(
  entry: CatalogEntry,
  rules: readonly Rule[],
  rolesOf: (rule: Rule) => readonly string[],
): Cells<Rule> {
  const cells = new Map<string, Map<string, Rule>>();
  for (const rule of rules) {
    for (const role of rolesOf(rule)) {
      const ofRole = cells.get(role) ?? new Map<string, Rule>();
      cells.set(role, ofRole);
      for (const location of rule.locations ?? entry.locations) {
        for (const operation of rule.operations ?? entry.operations) {
          const cell = cellOf(operation, location);
          if (!ofRole.has(cell)) ofRole.set(cell, rule);
        }
      }
    }
  }
  return cells;
}

function unique(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}
