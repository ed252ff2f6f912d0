import { findAgent } from './principals.ts';
import type { CallTarget, Principal } from './call-target.ts';
import { targetOf } from './decide-catalog.ts';
import { describeProducts } from './describe-products.ts';
import type { Access, CatalogEntry, Grant } from './documents.ts';
import { findNearestGrant, scopeOf, type Applicant } from './find-nearest-grant.ts';
import type { Governance } from './governance.ts';
import { joinNames } from './join-names.ts';
import { covers } from './rule-coverage.ts';
import { tiersOf } from './service-tiers.ts';

/** A grant, with the locations and operations that it covers of the entry that the call names. */
export interface NearestGrant {
  readonly id: string;
  readonly reason: string;
  readonly roles: readonly string[];
  readonly locations: readonly string[];
  readonly operations: readonly string[];
}

interface DenialExplanation {
  /** Undefined if no grant covers the entry. */
  readonly nearestGrant?: NearestGrant;
  /** Sentences on what stands in the way and what to do instead. */
  readonly missing: readonly string[];
}

/**
 * Finds the grant that a denied call comes closest to, and everything that stands in between.
 * @param alternatives of the call; the one whose grant is nearest is explained.
 */
export function explainDenial(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  alternatives: ReturnType<Governance['listAlternatives']>,
): DenialExplanation {
  const [nearest] = alternatives
    .map(({ entry, operation }) => explainAlternative(governance, principal, { ...target, operation }, entry))
    .toSorted((one, other) => one.distance - other.distance);
  return nearest?.explanation ?? { missing: [] };
}

function explainAlternative(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  entry: CatalogEntry,
): { readonly distance: number; readonly explanation: DenialExplanation } {
  const { access } = governance.documents;
  const applicants = listApplicants(access, principal);
  const locations = target.location === undefined ? entry.locations : [target.location];
  const [nearest = []] = locations
    .map((location) =>
      applicants.map((applicant) =>
        findNearestGrant(access, applicant, { entry, operation: target.operation, location }),
      ),
    )
    .toSorted((one, other) => sum(one) - sum(other));
  // A person's call through an agent needs two grants. The first that is missing is explained.
  const grant = (nearest.find(({ distance }) => distance > 0) ?? nearest[0])?.grant;
  const missing = [
    ...explainCatalog(entry, target),
    ...(principal.isDelegated && applicants.length === 1
      ? ['The application must be listed as an agent before it may act for people.']
      : []),
    ...nearest.flatMap((one) => one.missing),
    ...explainKey(governance, principal, entry, nearest[0]?.grant),
    ...explainServiceTier(access, target, entry),
    ...explainOtherLocations(governance, principal, target, entry),
  ];
  return {
    distance: sum(nearest),
    explanation: {
      ...(grant && {
        nearestGrant: { id: grant.id, reason: grant.reason, roles: grant.roles, ...scopeOf(grant, entry) },
      }),
      missing: [...new Set(missing)],
    },
  };
}

function listApplicants(access: Access, principal: Principal): Applicant[] {
  const { isDelegated, idleRoles = [] } = principal;
  // Nobody is told to ask for a role that they hold. `explainKey` names the key that an idle role counts with.
  const roles = [...principal.roles, ...idleRoles];
  if (!isDelegated) return [{ needs: 'Your application needs', roles }];
  const agent = findAgent(access, principal);
  return [
    { needs: 'You need', roles },
    ...(agent ? [{ needs: 'The agent that acts for you needs', roles: agent.roles } as const] : []),
  ];
}

/** Names the keys with which the caller's grant counts: those of products of its roles' environment. */
function explainKey(
  { documents: { access, limits } }: Governance,
  { roles, idleRoles = [], productId }: Principal,
  entry: CatalogEntry,
  grant: Grant | undefined,
): string[] {
  const useful = access.roles
    .filter(
      ({ name, environment }) => grant?.roles.includes(name) && entry.environments.includes(environment),
    )
    .map(({ name }) => name);
  const held = useful.filter((role) => roles.includes(role) || idleRoles.includes(role));
  const { keysFor } = describeProducts(access, limits);
  const [keys, ...others] = (held.length > 0 ? held : useful).map((role) => keysFor(role, productId));
  return keys === undefined || others.includes(undefined) ? [] : [`The call needs a key ${keys}.`];
}

function explainCatalog(entry: CatalogEntry, { operation, location }: CallTarget): string[] {
  const locations: readonly string[] = entry.locations;
  const operations: readonly string[] = entry.operations;
  return [
    ...(location === undefined || locations.includes(location)
      ? []
      : [`${entry.name} is offered in ${joinNames(locations)}, not in ${location}.`]),
    ...(operations.includes(operation)
      ? []
      : [`${entry.name} is offered for ${joinNames(operations)}, not for ${operation}.`]),
  ];
}

/** Names the grants that give the service tier of the call, whoever holds their roles. */
function explainServiceTier({ grants }: Access, { serviceTier }: CallTarget, entry: CatalogEntry): string[] {
  if (serviceTier === undefined) return [];
  if (!tiersOf(entry).includes(serviceTier))
    return [`${entry.name} is not offered in the service tier ${serviceTier}.`];
  const giving = grants.filter((grant) => covers(grant, entry) && grant.serviceTiers?.includes(serviceTier));
  if (giving.length === 0) return [`No grant gives the service tier ${serviceTier} for ${entry.name} yet.`];
  const given = giving.map(({ id, roles }) => `${id} to ${joinNames(roles)}`);
  return [`The service tier ${serviceTier} is given by ${joinNames(given)}.`];
}

function explainOtherLocations(
  governance: Governance,
  principal: Principal,
  { operation, serviceTier }: CallTarget,
  entry: CatalogEntry,
): string[] {
  const allowed = entry.locations.filter((location) => {
    const target = targetOf(entry, operation, location);
    return governance.decide(principal, serviceTier ? { ...target, serviceTier } : target).allowed;
  });
  return allowed.length > 0 ? [`The same call is allowed in ${joinNames(allowed)}.`] : [];
}

function sum(nearest: readonly { readonly distance: number }[]): number {
  return nearest.reduce((total, { distance }) => total + distance, 0);
}
