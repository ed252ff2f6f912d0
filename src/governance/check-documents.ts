import type { Access, Catalog, CatalogEntry, Deny, Limits } from './documents.ts';
import { LOCATIONS } from './locations.ts';
import { covers, keysOf } from './rule-index.ts';
import { suggest } from './suggest.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Refuses what each document allows by itself but the three together don't, or what can't be meant. */
export function checkDocuments(
  catalog: YamlDocument<Catalog>,
  access: YamlDocument<Access>,
  limits: YamlDocument<Limits>,
): void {
  checkCatalog(catalog);
  checkAccess(access, catalog.value.entries);
  checkLimits(limits, access.value, catalog.value.entries);
}

function checkCatalog(catalog: YamlDocument<Catalog>): void {
  const { entries } = catalog.value;
  refuseDuplicates(
    catalog,
    entries.map(({ name }) => name),
    (index) => ['entries', index, 'name'],
  );
  const owners = new Map<string, string>();
  entries.forEach((entry, index) => {
    checkLocations(catalog, entry.locations, ['entries', index, 'locations']);
    for (const key of keysOf(entry)) {
      const owner = owners.get(key);
      if (owner) {
        const field = entry.alias !== undefined && key.endsWith(`/${entry.alias}`) ? 'alias' : 'name';
        catalog.refuse(['entries', index, field], `"${key}" is taken: it already names "${owner}".`);
      }
      owners.set(key, entry.name);
    }
  });
}

function checkAccess(access: YamlDocument<Access>, entries: readonly CatalogEntry[]): void {
  const { identityProviders, roles, grants, denies, residency, agents } = access.value;
  const ids = [...grants, ...denies, ...residency, ...agents].map(({ id }) => id);
  const roleNames = new Set(roles.map(({ name }) => name));
  refuseDuplicates(
    access,
    roles.map(({ name }) => name),
    (index) => ['roles', index, 'name'],
  );
  refuseDuplicates(access, ids, (index) => placeOfRule(access.value, index));
  const known = (list: readonly string[] | undefined, path: Path): void => {
    checkNames(access, list, roleNames, path, 'role');
  };
  identityProviders.forEach((provider, index) => {
    if (provider.type !== 'oidc') return;
    for (const [group, role] of Object.entries(provider.groups.roles)) {
      checkName(access, role, roleNames, ['identityProviders', index, 'groups', 'roles', group], 'role');
    }
  });
  grants.forEach((grant, index) => {
    known(grant.roles, ['grants', index, 'roles']);
    checkScope(access, grant, entries, ['grants', index]);
    if (!canMatch(grant, entries, access.value)) {
      access.refuse(
        ['grants', index],
        'this grant can never match: no entry of it offers its operations in its locations to the environments of its roles.',
      );
    }
  });
  denies.forEach((deny, index) => {
    known(deny.roles, ['denies', index, 'roles']);
    checkScope(access, deny, entries, ['denies', index]);
  });
  residency.forEach((rule, index) => {
    known(rule.roles, ['residency', index, 'roles']);
    checkLocations(access, rule.locations, ['residency', index, 'locations']);
  });
  agents.forEach((agent, index) => {
    known(agent.roles, ['agents', index, 'roles']);
  });
}

function checkLimits(limits: YamlDocument<Limits>, access: Access, entries: readonly CatalogEntry[]): void {
  const { products, roles, entries: entryLimits } = limits.value;
  refuseDuplicates(
    limits,
    products.map(({ id }) => id),
    (index) => ['products', index, 'id'],
  );
  const roleNames = new Set(access.roles.map(({ name }) => name));
  roles.forEach(({ role }, index) => {
    checkName(limits, role, roleNames, ['roles', index, 'role'], 'role');
  });
  const names = new Set(entries.map(({ name }) => name));
  entryLimits.forEach(({ entry }, index) => {
    checkName(limits, entry, names, ['entries', index, 'entry'], 'catalog entry');
  });
}

function checkScope(
  access: YamlDocument<Access>,
  rule: Deny,
  entries: readonly CatalogEntry[],
  path: Path,
): void {
  checkNames(
    access,
    rule.entries,
    new Set(entries.map(({ name }) => name)),
    [...path, 'entries'],
    'catalog entry',
  );
  checkNames(access, rule.tags, new Set(entries.flatMap(({ tags = [] }) => tags)), [...path, 'tags'], 'tag');
  checkLocations(access, rule.locations, [...path, 'locations']);
}

function checkLocations(
  document: YamlDocument<unknown>,
  locations: readonly string[] | undefined,
  path: Path,
): void {
  checkNames(document, locations, LOCATIONS, path, 'location of Vertex AI');
}

function checkNames(
  document: YamlDocument<unknown>,
  names: readonly string[] | undefined,
  known: ReadonlySet<string>,
  path: Path,
  kind: string,
): void {
  names?.forEach((name, index) => {
    checkName(document, name, known, [...path, index], kind);
  });
}

function checkName(
  document: YamlDocument<unknown>,
  name: string,
  known: ReadonlySet<string>,
  path: Path,
  kind: string,
): void {
  if (!known.has(name)) document.refuse(path, `"${name}" is no ${kind}. ${suggest(name, known)}`);
}

/** Whether some entry offers one of the rule's operations in one of its locations to one of its roles. */
function canMatch(
  rule: Access['grants'][number],
  entries: readonly CatalogEntry[],
  { roles }: Access,
): boolean {
  const environments = new Set(
    roles.filter(({ name }) => rule.roles.includes(name)).map((role) => role.environment),
  );
  return entries.some(
    (entry) =>
      covers(rule, entry) &&
      entry.environments.some((environment) => environments.has(environment)) &&
      overlaps(rule.locations, entry.locations) &&
      overlaps(rule.operations, entry.operations),
  );
}

function overlaps(chosen: readonly string[] | undefined, offered: readonly string[]): boolean {
  return !chosen || chosen.some((one) => offered.includes(one));
}

function refuseDuplicates(
  document: YamlDocument<unknown>,
  values: readonly string[],
  placeOf: (index: number) => Path,
): void {
  const index = values.findIndex((value, position) => values.indexOf(value) !== position);
  if (index >= 0) document.refuse(placeOf(index), `"${values[index] ?? ''}" is there twice.`);
}

/** The place of the id at an index of grants, denies, residency rules and agents in a row. */
function placeOfRule({ grants, denies, residency, agents }: Access, index: number): Path {
  let left = index;
  for (const [list, { length }] of Object.entries({ grants, denies, residency, agents })) {
    if (left < length) return [list, left, 'id'];
    left -= length;
  }
  return [];
}
