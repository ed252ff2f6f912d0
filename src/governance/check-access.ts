import { agentKeyOf } from './principals.ts';
import { checkApplication } from './check-application.ts';
import { checkContents } from './check-contents.ts';
import { checkIds } from './check-ids.ts';
import { checkLocations, checkName, checkNames } from './check-names.ts';
import { checkPlaces } from './check-places.ts';
import { checkResidency } from './check-residency.ts';
import { checkTools } from './check-tools.ts';
import type { Access, Agent, Catalog, CatalogEntry, Deny, Grant } from './documents.ts';
import { covers } from './rule-coverage.ts';
import { checkGrantedTiers } from './service-tiers.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/**
 * Checks the access document against the catalog. Refuses names that do not exist, ids that two rules share, and rules
 * that can never match.
 * @throws GovernanceDocumentError for the first problem.
 */
export function checkAccess(access: YamlDocument<Access>, catalog: Catalog): void {
  const { entries } = catalog;
  const { identityProviders, roles, grants, denies, agents, auditors, operators } = access.value;
  const roleNames = new Set(roles.map(({ name }) => name));
  checkIds(access);
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
      refuseUnmatchable(access, rule, entries, [kind, index]);
    });
  }
  grants.forEach((grant, index) => {
    refuseStrictWithCache(access, grant, entries, ['grants', index, 'durability']);
  });
  checkGrantedTiers(access, entries);
  checkResidency(access, entries, roleNames);
  const keyOf = (agent: Agent) => agentKeyOf(access.value, agent);
  agents.forEach((agent, index) => {
    checkRoles(agent.roles, ['agents', index]);
    checkApplication(access, identityProviders, agent, ['agents', index]);
    const isDuplicate = agents.slice(0, index).some((one) => keyOf(one) === keyOf(agent));
    if (isDuplicate)
      access.refuse(['agents', index, 'applicationId'], `"${agent.applicationId}" occurs twice.`);
  });
  checkContents(access, entries);
  checkRoles(auditors?.roles, ['auditors']);
  checkRoles(operators?.roles, ['operators']);
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

/** Refuses a grant or deny that no call can match: its author meant something else. */
function refuseUnmatchable(
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

/** Refuses strict durability for a cached entry: the edge answers from its cache without asking the ledger first. */
function refuseStrictWithCache(
  access: YamlDocument<Access>,
  grant: Grant,
  entries: readonly CatalogEntry[],
  path: Path,
): void {
  if (grant.durability !== 'strict') return;
  const cached = entries.find((entry) => entry.cache && covers(grant, entry));
  if (!cached) return;
  access.refuse(
    path,
    `strict cannot be promised for "${cached.name}", whose answers the edge may keep. Take its cache out of the ` +
      'catalog, or leave it out of this grant.',
  );
}

function overlaps(chosen: readonly string[] | undefined, offered: readonly string[]): boolean {
  return !chosen || chosen.some((one) => offered.includes(one));
}
