import type { CallTarget } from './call-target.ts';
import type { Access, Catalog, CatalogEntry, Deny, Grant, Limits, Residency } from './documents.ts';
import { type EndpointAddress, endpointAddressOf } from './endpoint-address.ts';
import { keyOf, keysOf } from './model-names.ts';
import { describeProducts, type ProductPhrases } from './describe-products.ts';

/**
 * The access matrix of one catalog entry: for each role, the rule of each cell. A cell is one operation in one
 * location; `cellOf` gives its index.
 */
type AccessMatrix<Rule> = ReadonlyMap<string, readonly (Rule | undefined)[]>;

/** The rules of one catalog entry, indexed so that a decision takes constant time for each role. */
export interface EntryRules {
  readonly entry: CatalogEntry;
  readonly grants: AccessMatrix<Grant>;
  readonly denies: AccessMatrix<Deny>;
  /** Grants by role, each of which covers a cell at least. */
  readonly grantsOfRole: ReadonlyMap<string, readonly Grant[]>;
  /** Hosts of the endpoint by location; a location that a shared host of Google serves has none. */
  readonly addresses: ReadonlyMap<string, EndpointAddress>;
}

/** The rules of the governance documents, indexed by catalog entry and by role. */
export interface RuleIndex {
  readonly access: Access;
  /** In the catalog's order. */
  readonly entries: readonly EntryRules[];
  /** Finds the entry that a resource names; undefined for a resource of the kind `any`. */
  readonly findEntry: (resource: CallTarget['resource']) => EntryRules | undefined;
  /** Project ids by project number. */
  readonly idOfProject: ReadonlyMap<string, string>;
  /** Residency rules by role. */
  readonly residency: ReadonlyMap<string, readonly Residency[]>;
  readonly products: ProductPhrases;
}

/** The key of a deny without roles in an access matrix. It stands for every caller. */
export const EVERYONE = '*';

/** Indexes documents that have been checked. */
export function indexRules(catalog: Catalog, access: Access, limits: Limits): RuleIndex {
  const environmentOf = new Map(access.roles.map(({ name, environment }) => [name, environment]));
  const grantsOn = findRulesOf(access.grants);
  const deniesOn = findRulesOf(access.denies);
  const entries = catalog.entries.map((entry): EntryRules => {
    const reaching = (grant: Grant) =>
      grant.roles.filter((role) => {
        const environment = environmentOf.get(role);
        return environment !== undefined && entry.environments.includes(environment);
      });
    const grants = grantsOn(entry).filter((grant) => cellsOf(entry, grant).length > 0);
    return {
      entry,
      grants: layOut(entry, grants, reaching),
      denies: layOut(entry, deniesOn(entry), (deny) => deny.roles ?? [EVERYONE]),
      grantsOfRole: groupByRole(grants, reaching),
      addresses: addressesOf(catalog, entry),
    };
  });
  const byName = new Map(entries.flatMap((rules) => keysOf(rules.entry).map((key) => [key, rules])));
  return {
    access,
    entries,
    findEntry: (resource) => (resource.kind === 'any' ? undefined : byName.get(keyOf(resource))),
    idOfProject: new Map((catalog.projects ?? []).map(({ id, number }) => [number, id])),
    residency: groupByRole(access.residency, ({ roles }) => roles),
    products: describeProducts(access, limits),
  };
}

/** Index of a cell in an entry's access matrix. The entry must offer the operation and the location. */
export function cellOf(entry: CatalogEntry, operation: string, location: string): number {
  const operations: readonly string[] = entry.operations;
  return entry.locations.indexOf(location) * operations.length + operations.indexOf(operation);
}

/** True if a rule covers an entry by name or by tag. A rule without names and tags covers every entry. */
export function covers(rule: Pick<Deny, 'entries' | 'tags'>, { name, tags = [] }: CatalogEntry): boolean {
  if (!rule.entries && !rule.tags) return true;
  return (rule.entries?.includes(name) ?? false) || tags.some((tag) => rule.tags?.includes(tag));
}

/**
 * Indexes rules by the names and tags that they list. The result finds the rules that cover an entry, in document
 * order.
 */
function findRulesOf<Rule extends Deny>(rules: readonly Rule[]): (entry: CatalogEntry) => Rule[] {
  const bySubject = new Map<string, number[]>();
  rules.forEach(({ entries, tags }, index) => {
    const named = (entries ?? []).map((name) => `entry ${name}`);
    const tagged = (tags ?? []).map((tag) => `tag ${tag}`);
    for (const subject of entries || tags ? [...named, ...tagged] : ['all']) {
      const indexes = bySubject.get(subject) ?? [];
      bySubject.set(subject, indexes);
      indexes.push(index);
    }
  });
  return ({ name, tags = [] }) => {
    const subjects = ['all', `entry ${name}`, ...tags.map((tag) => `tag ${tag}`)];
    const indexes = new Set(subjects.flatMap((subject) => bySubject.get(subject) ?? []));
    return [...indexes].toSorted((one, other) => one - other).flatMap((index) => rules[index] ?? []);
  };
}

/** Fills an access matrix. The first rule of the document that covers a cell is the one that decisions name. */
function layOut<Rule extends Deny>(
  entry: CatalogEntry,
  rules: readonly Rule[],
  rolesOf: (rule: Rule) => readonly string[],
): AccessMatrix<Rule> {
  const cells = new Map<string, (Rule | undefined)[]>();
  for (const rule of rules) {
    const ofRule = cellsOf(entry, rule);
    for (const role of rolesOf(rule)) {
      const ofRole =
        cells.get(role) ?? new Array<undefined>(entry.locations.length * entry.operations.length);
      cells.set(role, ofRole);
      for (const cell of ofRule) ofRole[cell] ??= rule;
    }
  }
  return cells;
}

function addressesOf(catalog: Catalog, entry: CatalogEntry): Map<string, EndpointAddress> {
  const addresses = entry.locations.map(
    (location) => [location, endpointAddressOf(catalog, entry, location)] as const,
  );
  return new Map(addresses.flatMap(([location, address]) => (address ? [[location, address]] : [])));
}

function cellsOf(entry: CatalogEntry, rule: Deny): number[] {
  return entry.locations
    .filter((location) => rule.locations?.includes(location) ?? true)
    .flatMap((location) =>
      entry.operations
        .filter((operation) => rule.operations?.includes(operation) ?? true)
        .map((operation) => cellOf(entry, operation, location)),
    );
}

function groupByRole<Rule>(
  rules: readonly Rule[],
  rolesOf: (rule: Rule) => readonly string[],
): ReadonlyMap<string, readonly Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) {
    for (const role of rolesOf(rule)) {
      const group = groups.get(role) ?? [];
      groups.set(role, group);
      group.push(rule);
    }
  }
  return groups;
}
