import type {
  Access,
  Catalog,
  CatalogEntry,
  ContentPart,
  Deny,
  Grant,
  Limits,
  Residency,
  ServiceTier,
} from './documents.ts';
import { describeProducts, type ProductPhrases } from './describe-products.ts';
import { type EndpointAddress, endpointAddressOf } from './endpoint-address.ts';
import { keysOf } from './find-entries.ts';
import { type Retirement, retirementOf } from './retirement.ts';
import { contentInOriginal, contentToKeep } from './rule-coverage.ts';
import { tiersOf } from './service-tiers.ts';

/**
 * The access matrix of one catalog entry: for each role, the rule of each cell. A cell is one operation in one
 * location; `cells` gives its index.
 */
type AccessMatrix<Rule> = ReadonlyMap<string, readonly (Rule | undefined)[]>;

/** The indexes of the cells in an access matrix, by location and then by operation. */
type Cells = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** The rules of one catalog entry, indexed so that a decision takes constant time for each role. */
export interface EntryRules {
  readonly entry: CatalogEntry;
  /** The cells of the locations and operations that the entry offers. */
  readonly cells: Cells;
  readonly grants: AccessMatrix<Grant>;
  readonly denies: AccessMatrix<Deny>;
  /** The grants of each service tier besides the standard one; a tier that the entry does not offer has none. */
  readonly tierGrants: ReadonlyMap<ServiceTier, AccessMatrix<Grant>>;
  /** Grants by role, each of which covers a cell at least. */
  readonly grantsOfRole: ReadonlyMap<string, readonly Grant[]>;
  /** Hosts of the endpoint by location; a location that a shared host of Google serves has none. */
  readonly addresses: ReadonlyMap<string, EndpointAddress>;
  /** The announced end of the entry; undefined without one. */
  readonly retirement: Retirement | undefined;
  /** The parts of a call's content that content rules have kept; empty without such a rule. */
  readonly keptContent: readonly ContentPart[];
  /** The parts that are kept with the caller's own values, whatever protection rules do. */
  readonly originalContent: readonly ContentPart[];
}

/** The rules of the governance documents, indexed by catalog entry and by role. */
export interface RuleIndex {
  readonly access: Access;
  /** In the catalog's order. */
  readonly entries: readonly EntryRules[];
  /** The entries by each of their keys (`keysOf`). */
  readonly byKey: ReadonlyMap<string, EntryRules>;
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
    const cells = numberCells(entry);
    const grants = grantsOn(entry).filter((grant) => cellsOf(cells, grant).length > 0);
    return {
      entry,
      cells,
      grants: layOut(cells, grants, reaching),
      tierGrants: layOutTiers(entry, cells, grants, reaching),
      denies: layOut(cells, deniesOn(entry), (deny) => deny.roles ?? [EVERYONE]),
      grantsOfRole: groupByRole(grants, reaching),
      addresses: addressesOf(catalog, entry),
      retirement: retirementOf(entry),
      keptContent: contentToKeep(access, entry),
      originalContent: contentInOriginal(access, entry),
    };
  });
  return {
    access,
    entries,
    byKey: new Map(entries.flatMap((rules) => keysOf(rules.entry).map((key) => [key, rules]))),
    idOfProject: new Map((catalog.projects ?? []).map(({ id, number }) => [number, id])),
    residency: groupByRole(access.residency, ({ roles }) => roles),
    products: describeProducts(access, limits),
  };
}

/**
 * Indexes rules by the names and tags that they list. The result finds the rules that cover an entry, in document
 * order.
 */
export function findRulesOf<Rule extends Pick<Deny, 'entries' | 'tags'>>(
  rules: readonly Rule[],
): (entry: CatalogEntry) => Rule[] {
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

function numberCells({ locations, operations }: CatalogEntry): Cells {
  return new Map(
    locations.map((location, row) => [
      location,
      new Map(operations.map((operation, column) => [operation, row * operations.length + column])),
    ]),
  );
}

/** Fills an access matrix. The first rule of the document that covers a cell is the one that decisions name. */
function layOut<Rule extends Deny>(
  cells: Cells,
  rules: readonly Rule[],
  rolesOf: (rule: Rule) => readonly string[],
): AccessMatrix<Rule> {
  const matrix = new Map<string, (Rule | undefined)[]>();
  for (const rule of rules) {
    const ofRule = cellsOf(cells, rule);
    for (const role of rolesOf(rule)) {
      const ofRole = matrix.get(role) ?? [];
      matrix.set(role, ofRole);
      for (const cell of ofRule) ofRole[cell] ??= rule;
    }
  }
  return matrix;
}

function layOutTiers(
  entry: CatalogEntry,
  cells: Cells,
  grants: readonly Grant[],
  rolesOf: (grant: Grant) => readonly string[],
): EntryRules['tierGrants'] {
  return new Map(
    tiersOf(entry).map((tier) => {
      const giving = grants.filter((grant) => grant.serviceTiers?.includes(tier));
      return [tier, layOut(cells, giving, rolesOf)] as const;
    }),
  );
}

function addressesOf(catalog: Catalog, entry: CatalogEntry): Map<string, EndpointAddress> {
  const addresses = entry.locations.map(
    (location) => [location, endpointAddressOf(catalog, entry, location)] as const,
  );
  return new Map(addresses.flatMap(([location, address]) => (address ? [[location, address]] : [])));
}

function cellsOf(cells: Cells, rule: Deny): number[] {
  const operations: readonly string[] | undefined = rule.operations;
  return [...cells]
    .filter(([location]) => rule.locations?.includes(location) ?? true)
    .flatMap(([, row]) => [...row])
    .flatMap(([operation, cell]) => ((operations?.includes(operation) ?? true) ? [cell] : []));
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
