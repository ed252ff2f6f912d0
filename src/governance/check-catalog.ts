import { CACHED_OPERATIONS, cachedOperations } from './cached-operations.ts';
import { checkLocations, checkName, refuseDuplicates } from './check-names.ts';
import type { Catalog, CatalogEntry } from './documents.ts';
import { findHostProblem, OPERATIONS_AT_OWN_HOST } from './endpoint-address.ts';
import { OPERATIONS_WITH_INSTANCES } from './instance-schemas.ts';
import { joinNames } from './join-names.ts';
import { keysOf } from './find-entries.ts';
import { findUnfitPrice } from './price-units.ts';
import { checkOfferedTiers } from './service-tiers.ts';
import type { YamlDocument } from './yaml-document.ts';

/**
 * Checks the catalog by itself. Refuses locations that do not exist, names that two entries share, caches of answers
 * that must not be kept, hosts that are not the endpoint's, operations whose bodies the entry's schema cannot validate, prices
 * whose unit the calls of an operation do not tell, service tiers without a price of tokens, and replacements that do not outlive what they replace.
 * @throws GovernanceDocumentError for the first problem.
 */
export function checkCatalog(catalog: YamlDocument<Catalog>): void {
  const { entries, projects = [] } = catalog.value;
  const known = new Set(entries.map(({ project }) => project));
  projects.forEach(({ id }, index) => {
    checkName(catalog, id, known, ['projects', index, 'id'], 'project of an entry');
  });
  for (const field of ['id', 'number'] as const) {
    const values = projects.map((project) => project[field]);
    refuseDuplicates(catalog, values, (index) => ['projects', index, field]);
  }
  refuseDuplicates(
    catalog,
    entries.map(({ name }) => name),
    (index) => ['entries', index, 'name'],
  );
  const owners = new Map<string, string>();
  entries.forEach((entry, index) => {
    checkLocations(catalog, entry.locations, ['entries', index, 'locations']);
    checkCache(catalog, entry, index);
    checkHosts(catalog, entry, index);
    checkSchemas(catalog, entry, index);
    checkPrice(catalog, entry, index);
    checkOfferedTiers(catalog, entry, index);
    checkReplacement(catalog, entry, index);
    for (const key of keysOf(entry)) {
      const owner = owners.get(key);
      if (owner !== undefined) {
        const name = key.slice(key.lastIndexOf('/') + 1);
        const id = 'endpoint' in entry ? 'endpoint' : 'model';
        const field = entry.alias === name ? 'alias' : entry.name === name ? 'name' : id;
        catalog.refuse(['entries', index, field], `"${name}" is taken: it already names "${owner}".`);
      }
      owners.set(key, entry.name);
    }
  });
}

function checkHosts(catalog: YamlDocument<Catalog>, entry: CatalogEntry, index: number): void {
  if (!('endpoint' in entry) || !entry.hosts) return;
  const known = new Set<string>(entry.locations);
  for (const [location, host] of Object.entries(entry.hosts)) {
    const path = ['entries', index, 'hosts', location];
    checkName(catalog, location, known, path, 'location of the entry');
    const problem = findHostProblem(catalog.value, entry, location, host);
    if (problem !== undefined) catalog.refuse(path, problem);
  }
  entry.operations.forEach((operation, at) => {
    if (OPERATIONS_AT_OWN_HOST.includes(operation)) return;
    catalog.refuse(
      ['entries', index, 'operations', at],
      `An endpoint with a host of its own serves ${joinNames(OPERATIONS_AT_OWN_HOST)} only.`,
    );
  });
}

/** Refuses operations without instances for an entry with a schema: the schema could not be enforced. */
function checkSchemas(catalog: YamlDocument<Catalog>, entry: CatalogEntry, index: number): void {
  if (!('endpoint' in entry) || (!entry.instances && !entry.parameters)) return;
  entry.operations.forEach((operation, at) => {
    if (OPERATIONS_WITH_INSTANCES.includes(operation)) return;
    catalog.refuse(
      ['entries', index, 'operations', at],
      `A body of ${operation} has no instances, so the entry’s schema cannot check them. Only bodies of ${joinNames(OPERATIONS_WITH_INSTANCES)} have instances.`,
    );
  });
}

/** Refuses a price whose unit an operation does not tell: the cost of its calls would be wrong, or never be known. */
function checkPrice(
  catalog: YamlDocument<Catalog>,
  { price, operations, locations }: CatalogEntry,
  index: number,
): void {
  if (
    price &&
    'factorOutsideGlobal' in price &&
    price.factorOutsideGlobal !== undefined &&
    locations.every((location) => location === 'global')
  )
    catalog.refuse(
      ['entries', index, 'price', 'factorOutsideGlobal'],
      'the entry is served at global alone, so the factor never counts. Leave it out.',
    );
  const unfit = price && findUnfitPrice(price, operations);
  if (!unfit) return;
  catalog.refuse(
    ['entries', index, 'price'],
    `Calls of ${joinNames(unfit.operations)} do not tell what ${unfit.unit} counts. Use ${joinNames(unfit.units, 'or')}, or give the operation an entry of its own.`,
  );
}

/** Refuses a replacement that is unknown, or whose own end is not later: callers would be sent in a circle. */
function checkReplacement(catalog: YamlDocument<Catalog>, { retires }: CatalogEntry, index: number): void {
  if (retires?.replacement === undefined) return;
  const { entries } = catalog.value;
  const { replacement, on } = retires;
  const path = ['entries', index, 'retires', 'replacement'];
  checkName(catalog, replacement, new Set(entries.map(({ name }) => name)), path, 'catalog entry');
  const end = entries.find(({ name }) => name === replacement)?.retires?.on;
  // Dates of the form YYYY-MM-DD sort as texts.
  if (end !== undefined && end <= on)
    catalog.refuse(path, `${replacement} ends on ${end} itself, which is not after ${on}.`);
}

function checkCache(catalog: YamlDocument<Catalog>, entry: CatalogEntry, index: number): void {
  if (!entry.cache) return;
  if (entry.classification === 'restricted')
    catalog.refuse(['entries', index, 'cache'], 'Answers about restricted data are not kept.');
  if (cachedOperations(entry).length === 0)
    catalog.refuse(
      ['entries', index, 'cache'],
      `No answer can be kept: equal bodies have equal answers only for ${joinNames(CACHED_OPERATIONS)}, and of publisher models only for those of embeddings.`,
    );
}
