import { checkLocations, checkNames } from './check-names.ts';
import type { Access, CatalogEntry, Grant, Residency } from './documents.ts';
import { joinNames } from './join-names.ts';
import { covers } from './rule-coverage.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Checks the residency rules, and that they leave every role a location and every grant an effect. */
export function checkResidency(
  access: YamlDocument<Access>,
  entries: readonly CatalogEntry[],
  roleNames: ReadonlySet<string>,
): void {
  const { residency, grants } = access.value;
  residency.forEach((rule, index) => {
    checkNames(access, rule.roles, roleNames, ['residency', index, 'roles'], 'role');
    checkLocations(access, rule.locations, ['residency', index, 'locations']);
    refuseWithoutLocation(access, rule, residency.slice(0, index), ['residency', index]);
  });
  grants.forEach((grant, index) => {
    refuseOutsideResidency(access, grant, entries, ['grants', index]);
  });
}

/** Refuses a residency rule that, together with those before it, leaves the holders of a role no location. */
function refuseWithoutLocation(
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

/** Refuses a grant that covers only locations from which residency rules bar all of its roles. */
function refuseOutsideResidency(
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
    `this rule can never match: ${joinNames(rules.map(({ id }) => id))} keeps its roles in ` +
      `${joinNames([...new Set(rules.flatMap(({ locations }) => locations))])} only, where it grants nothing.`,
  );
}
