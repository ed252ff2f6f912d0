import { agentKeyOf } from './agents.ts';
import type { CallTarget, Principal } from './call-target.ts';
import type { Access, Agent, Catalog, CatalogEntry, Deny, Grant, Limits, Residency } from './documents.ts';
import { type EndpointAddress, endpointAddressOf } from './endpoint-address.ts';
import { keyOf, keysOf } from './model-names.ts';
import { describeProducts, type ProductWords } from './describe-products.ts';

/** For each role, the rule of every cell; a cell is one operation in one location of one entry. */
type Cells<Rule> = ReadonlyMap<string, readonly (Rule | undefined)[]>;

/** All that the rules say of one catalog entry, laid out so that a decision only looks up. */
export interface EntryRules {
  readonly entry: CatalogEntry;
  readonly grants: Cells<Grant>;
  readonly denies: Cells<Deny>;
  /** By role, every grant of some cell, for finding the nearest one. */
  readonly grantsOfRole: ReadonlyMap<string, readonly Grant[]>;
  /** By location, where the endpoint has a host of its own. */
  readonly addresses: ReadonlyMap<string, EndpointAddress>;
}

export interface RuleIndex {
  /** In the catalog's order. */
  readonly entries: readonly EntryRules[];
  readonly findEntry: (resource: CallTarget['resource']) => EntryRules | undefined;
  /** By a project's number, its id. */
  readonly idOfProject: ReadonlyMap<string, string>;
  readonly residency: ReadonlyMap<string, readonly Residency[]>;
  readonly findAgent: (principal: Principal) => Agent | undefined;
  readonly products: ProductWords;
}

/** Stands for every caller in the cells of a deny without roles. */
export const EVERYONE = '*';

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
  const agents = new Map(access.agents.map((agent) => [agentKeyOf(access, agent), agent]));
  const byName = new Map(entries.flatMap((rules) => keysOf(rules.entry).map((key) => [key, rules])));
  return {
    entries,
    findEntry: (resource) => (resource.kind === 'any' ? undefined : byName.get(keyOf(resource))),
    idOfProject: new Map((catalog.projects ?? []).map(({ id, number }) => [number, id])),
    residency: groupByRole(access.residency, ({ roles }) => roles),
    findAgent: (principal) => agents.get(agentKeyOf(access, principal)),
    products: describeProducts(access, limits),
  };
}

/** The cell of an operation in a location, both of which the entry offers. */
export function cellOf(entry: CatalogEntry, operation: string, location: string): number {
  const operations: readonly string[] = entry.operations;
  return entry.locations.indexOf(location) * operations.length + operations.indexOf(operation);
}

/** Whether a rule speaks of an entry: by name, by tag, or of all entries when it has neither. */
export function covers(rule: Pick<Deny, 'entries' | 'tags'>, { name, tags = [] }: CatalogEntry): boolean {
  if (!rule.entries && !rule.tags) return true;
  return (rule.entries?.includes(name) ?? false) || tags.some((tag) => rule.tags?.includes(tag));
}

/** Finds the rules that cover an entry, in their order, without asking each of them. */
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

/** The first rule that speaks of a cell is the one that a decision names. */
function layOut<Rule extends Deny>(
  entry: CatalogEntry,
  rules: readonly Rule[],
  rolesOf: (rule: Rule) => readonly string[],
): Cells<Rule> {
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
