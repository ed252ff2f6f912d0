import type { CallTarget } from './call-target.ts';
import { allow, type AuthorizedCall } from './authorize.ts';
import type { Access, Catalog, CatalogEntry, Grant } from './documents.ts';

/** The reasons for which a call can be refused; each is a code of the error table. */
type DenialCode = 'MODEL_NOT_ALLOWED' | 'LOCATION_NOT_ALLOWED' | 'OPERATION_NOT_ALLOWED' | 'NOT_GRANTED';

/** Allowed by a named rule, or denied with a code and a sentence that tells the caller what to ask for. */
export type Decision<Target extends CallTarget> =
  | { readonly allowed: true; readonly rule: string; readonly call: AuthorizedCall<Target> }
  | { readonly allowed: false; readonly rule: string; readonly code: DenialCode; readonly reason: string };

/** Decides calls from the governance documents: pure, deny by default. */
export interface Governance {
  /** Content hash of the documents, hex. */
  readonly policyVersion: string;
  /** Every location in which some entry may be called. */
  readonly locations: readonly string[];
  decide<Target extends CallTarget>(roles: readonly string[], target: Target): Decision<Target>;
}

interface Rules {
  readonly entry: CatalogEntry;
  readonly grantsByRole: ReadonlyMap<string, readonly Grant[]>;
}

export function createGovernance(catalog: Catalog, access: Access, policyVersion: string): Governance {
  const rulesByResource = new Map(
    catalog.entries.map((entry) => [
      resourceKey(entry),
      {
        entry,
        grantsByRole: groupByRole(access.grants.filter((grant) => grant.entries.includes(entry.name))),
      },
    ]),
  );
  return {
    policyVersion,
    locations: [...new Set(catalog.entries.flatMap((entry) => entry.locations))],
    decide: (roles, target) => decide(rulesByResource.get(targetKey(target)), roles, target),
  };
}

function decide<Target extends CallTarget>(
  rules: Rules | undefined,
  roles: readonly string[],
  target: Target,
): Decision<Target> {
  if (rules?.entry.project !== target.project) {
    return deny(
      'catalog',
      'MODEL_NOT_ALLOWED',
      'The catalog has no such model or endpoint in this project. Check the path, or ask the platform team to add it.',
    );
  }
  const { entry, grantsByRole } = rules;
  if (!includes(entry.locations, target.location)) {
    return deny(
      'catalog',
      'LOCATION_NOT_ALLOWED',
      `${entry.name} may not be called in this location. It may be called in: ${entry.locations.join(', ')}.`,
    );
  }
  if (!includes(entry.operations, target.operation)) {
    return deny(
      'catalog',
      'OPERATION_NOT_ALLOWED',
      `${entry.name} does not offer this operation. It offers: ${entry.operations.join(', ')}.`,
    );
  }
  const grants = roles.flatMap((role) => grantsByRole.get(role) ?? []);
  for (const grant of grants) {
    if (grant.locations && !includes(grant.locations, target.location)) continue;
    if (grant.operations && !includes(grant.operations, target.operation)) continue;
    return { allowed: true, rule: grant.id, call: allow(target, grant.id) };
  }
  const here = grants.filter(({ locations }) => !locations || includes(locations, target.location));
  if (here[0]) {
    const operations = new Set(here.flatMap((grant) => grant.operations ?? []));
    return deny(
      here[0].id,
      'OPERATION_NOT_ALLOWED',
      `Your application may use ${entry.name} in this location for ${[...operations].join(', ')} only. ${here[0].reason}`,
    );
  }
  if (grants[0]) {
    const locations = new Set(grants.flatMap((grant) => grant.locations ?? []));
    return deny(
      grants[0].id,
      'LOCATION_NOT_ALLOWED',
      `Your application may call ${entry.name} in ${[...locations].join(', ')} only. ${grants[0].reason}`,
    );
  }
  const granting = [...grantsByRole.keys()];
  return deny(
    'default-deny',
    'NOT_GRANTED',
    `No role of your application is granted ${entry.name}. ${
      granting.length > 0
        ? `Ask for one of these roles: ${granting.join(', ')}.`
        : 'No role is granted it yet.'
    }`,
  );
}

function deny<Target extends CallTarget>(rule: string, code: DenialCode, reason: string): Decision<Target> {
  return { allowed: false, rule, code, reason };
}

function groupByRole(grants: readonly Grant[]): ReadonlyMap<string, readonly Grant[]> {
  const roles = new Set(grants.flatMap((grant) => grant.roles));
  return new Map([...roles].map((role) => [role, grants.filter((grant) => grant.roles.includes(role))]));
}

/** The resource name that an entry stands for, unique in a catalog. */
export function resourceKey(entry: CatalogEntry): string {
  return 'endpoint' in entry
    ? `endpoints/${entry.endpoint}`
    : `publishers/${entry.publisher}/models/${entry.model}`;
}

function targetKey({ resource }: CallTarget): string {
  return resource.kind === 'endpoint'
    ? `endpoints/${resource.endpoint}`
    : `publishers/${resource.publisher}/models/${resource.model}`;
}

function includes(list: readonly string[], value: string): boolean {
  return list.includes(value);
}
