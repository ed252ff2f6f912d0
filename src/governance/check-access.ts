import { agentKeyOf } from './agents.ts';
import { checkApplication } from './check-application.ts';
import { checkContents } from './check-contents.ts';
import { checkLocations, checkName, checkNames, refuseDuplicates } from './check-names.ts';
import { checkPlaces } from './check-places.ts';
import { checkTools } from './check-tools.ts';
import type { Access, Agent, Catalog, CatalogEntry, Deny, Grant, Residency } from './documents.ts';
import { joinNames } from './join-names.ts';
import { labelOf } from './owners.ts';
import { covers } from './rule-index.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Refuses rules on what doesn't exist, rules of one id, and rules that can never match. */
export function checkAccess(access: YamlDocument<Access>, catalog: Catalog): void {
  const { entries } = catalog;
  const { identityProviders, roles, grants, denies, residency, agents, auditors } = access.value;
  const roleNames = new Set(roles.map(({ name }) => name));
  refuseDuplicatesOf(access, 'roles', 'name', roles);
  refuseSameLabels(access, 'roles', 'name', roles);
  refuseSameLabels(access, 'agents', 'id', agents);
  refuseDuplicatesOf(access, 'identityProviders', 'id', identityProviders);
  refuseDuplicateIds(access);
  const checkRoles = (names: readonly string[] | undefined, path: Path): void => {
    checkNames(access, names, roleNames, [...path, 'roles'], 'role');
  };
  identityProviders.forEach((provider, index) => {
    for (const [group, role] of Object.entries(provider.groups?.roles ?? {})) {
      checkName(access, role, roleNames, ['identityProviders', index, 'groups', 'roles', group], 'role');
    }
  });
  for (const [kind, rules] of Object.entries({ grants, denies })) {
    rules.forEach((rule: Deny, index) => {
      checkRoles(rule.roles, [kind, index]);
      checkScope(access, rule, entries, [kind, index]);
      refuseIdle(access, rule, entries, [kind, index]);
    });
  }
  grants.forEach((grant, index) => {
    refuseStrictHits(access, grant, entries, ['grants', index, 'durability']);
  });
  residency.forEach((rule, index) => {
    checkRoles(rule.roles, ['residency', index]);
    checkLocations(access, rule.locations, ['residency', index, 'locations']);
    refuseNowhere(access, rule, residency.slice(0, index), ['residency', index]);
  });
  grants.forEach((grant, index) => {
    refuseOutside(access, grant, entries, ['grants', index]);
  });
  const keyOf = (agent: Agent) => agentKeyOf(access.value, agent);
  agents.forEach((agent, index) => {
    checkRoles(agent.roles, ['agents', index]);
    checkApplication(access, identityProviders, agent, ['agents', index]);
    const isThere = agents.slice(0, index).some((one) => keyOf(one) === keyOf(agent));
    if (isThere)
      access.refuse(['agents', index, 'applicationId'], `"${agent.applicationId}" is there twice.`);
  });
  checkContents(access, entries);
  checkRoles(auditors?.roles, ['auditors']);
  checkPlaces(access, roleNames);
  checkTools(access, catalog, roleNames);
}

function checkScope(
  access: YamlDocument<Access>,
  rule: Deny,
  entries: readonly CatalogEntry[],
  path: Path,
): void {
  const names = new Set(entries.map(({ name }) => name));
  const tags = new Set(entries.flatMap((entry) => entry.tags ?? []));
  checkNames(access, rule.entries, names, [...path, 'entries'], 'catalog entry');
  checkNames(access, rule.tags, tags, [...path, 'tags'], 'tag');
  checkLocations(access, rule.locations, [...path, 'locations']);
}

/** Refuses a rule that no call can ever meet: whoever wrote it meant something else. */
function refuseIdle(
  access: YamlDocument<Access>,
  rule: Deny,
  entries: readonly CatalogEntry[],
  path: Path,
): void {
  const { roles } = access.value;
  const held = rule.roles;
  const environments = new Set(
    roles.filter(({ name }) => held?.includes(name) ?? true).map(({ environment }) => environment),
  );
  const canMatch = entries.some(
    (entry) =>
      covers(rule, entry) &&
      entry.environments.some((environment) => environments.has(environment)) &&
      overlaps(rule.locations, entry.locations) &&
      overlaps(rule.operations, entry.operations),
  );
  if (canMatch) return;
  access.refuse(
    path,
    'this rule can never match: no entry of it offers its operations in its locations to the environments of its roles.',
  );
}

/** An answer out of the edge's cache is given without asking the ledger first. */
function refuseStrictHits(
  access: YamlDocument<Access>,
  grant: Grant,
  entries: readonly CatalogEntry[],
  path: Path,
): void {
  if (grant.durability !== 'strict') return;
  const kept = entries.find((entry) => entry.cache && covers(grant, entry));
  if (!kept) return;
  access.refuse(
    path,
    `strict cannot be promised for "${kept.name}", whose answers the edge may keep. Take its cache out of the ` +
      'catalog, or leave it out of this grant.',
  );
}

/** Refuses a residency rule that, with those before it, leaves holders of a role no place to be served from. */
function refuseNowhere(
  access: YamlDocument<Access>,
  rule: Residency,
  before: readonly Residency[],
  path: Path,
): void {
  for (const role of rule.roles) {
    const others = before.filter(({ roles }) => roles.includes(role));
    if (rule.locations.some((location) => others.every(({ locations }) => locations.includes(location))))
      continue;
    const ids = joinNames(others.map(({ id }) => id));
    access.refuse(path, `with ${ids}, this rule leaves no location to holders of "${role}".`);
  }
}

/** Refuses a grant whose entries are offered only where residency lets none of its roles be served from. */
function refuseOutside(
  access: YamlDocument<Access>,
  grant: Grant,
  entries: readonly CatalogEntry[],
  path: Path,
): void {
  const { residency } = access.value;
  const offered = entries
    .filter((entry) => covers(grant, entry))
    .flatMap(({ locations }) => locations)
    .filter((location) => grant.locations?.includes(location) ?? true);
  const mayServe = (role: string) =>
    offered.some((location) =>
      residency.every(({ roles, locations }) => !roles.includes(role) || locations.includes(location)),
    );
  if (grant.roles.some(mayServe)) return;
  const rules = residency.filter(({ roles }) => roles.some((role) => grant.roles.includes(role)));
  access.refuse(
    path,
    `this rule can never match: ${joinNames(rules.map(({ id }) => id))} lets its roles be served from ` +
      `${joinNames([...new Set(rules.flatMap(({ locations }) => locations))])} only, where it grants nothing.`,
  );
}

function overlaps(chosen: readonly string[] | undefined, offered: readonly string[]): boolean {
  return !chosen || chosen.some((one) => offered.includes(one));
}

function refuseDuplicatesOf<Key extends string>(
  access: YamlDocument<Access>,
  list: string,
  key: Key,
  values: readonly Readonly<Record<Key, string>>[],
): void {
  refuseDuplicates(
    access,
    values.map((value) => value[key]),
    (index) => [list, index, key],
  );
}

/** What a role or an agent makes carries its label; two of one label would reach each other's jobs and caches. */
function refuseSameLabels<Key extends string>(
  access: YamlDocument<Access>,
  list: string,
  key: Key,
  owners: readonly Readonly<Record<Key, string>>[],
): void {
  const named = new Map<string, string>();
  owners.forEach((owner, index) => {
    const name = owner[key];
    const label = labelOf(name);
    const other = named.get(label);
    if (other !== undefined && other !== name)
      access.refuse([list, index, key], `"${name}" and "${other}" are both "${label}" in Google’s labels.`);
    named.set(label, name);
  });
}

/** What decisions call the documents themselves where no rule of theirs decides. */
const RESERVED_IDS = new Set([
  'catalog',
  'agents',
  'default-deny',
  'products',
  'subscriptions',
  'request',
  'question',
]);

/** An id names one rule, whatever its kind: decisions and records give nothing else. */
function refuseDuplicateIds(access: YamlDocument<Access>): void {
  const { grants, denies, residency, agents, storage, tools, contents } = access.value;
  const places = Object.entries({ grants, denies, residency, agents, storage, tools, contents }).flatMap(
    ([list, rules]) => rules.map(({ id }, index) => ({ id, path: [list, index, 'id'] })),
  );
  for (const { id, path } of places) {
    if (RESERVED_IDS.has(id)) access.refuse(path, `"${id}" is what decisions without a rule are called.`);
  }
  refuseDuplicates(
    access,
    places.map(({ id }) => id),
    (index) => places[index]?.path ?? [],
  );
}
