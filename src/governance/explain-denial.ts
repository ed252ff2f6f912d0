import { findAgent } from './agents.ts';
import type { CallTarget, Principal } from './call-target.ts';
import { targetOf } from './decide-catalog.ts';
import { describeProducts } from './describe-products.ts';
import type { Access, CatalogEntry, Grant } from './documents.ts';
import { findNearestGrant, scopeOf, type Subject } from './find-nearest-grant.ts';
import type { Governance } from './governance.ts';
import { joinNames } from './join-names.ts';

/** A grant, with what it comes to for the entry that was asked for. */
export interface NearestGrant {
  readonly id: string;
  readonly reason: string;
  readonly roles: readonly string[];
  readonly locations: readonly string[];
  readonly operations: readonly string[];
}

interface DenialExplanation {
  readonly nearestGrant?: NearestGrant;
  readonly missing: readonly string[];
}

/**
 * Says of a denied call which grant it comes closest to and everything that stands in between; of several ways in which
 * the call could have been allowed, the nearest.
 */
export function explainDenial(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  alternatives: ReturnType<Governance['listAlternatives']>,
): DenialExplanation {
  const [nearest] = alternatives
    .map(({ entry, operation }) => explainOne(governance, principal, { ...target, operation }, entry))
    .toSorted((one, other) => one.distance - other.distance);
  return nearest?.explanation ?? { missing: [] };
}

function explainOne(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  entry: CatalogEntry,
): { readonly distance: number; readonly explanation: DenialExplanation } {
  const { access } = governance.documents;
  const subjects = listSubjects(access, principal);
  const locations = target.location === undefined ? entry.locations : [target.location];
  const [nearest = []] = locations
    .map((location) =>
      subjects.map((subject) =>
        findNearestGrant(access, subject, { entry, operation: target.operation, location }),
      ),
    )
    .toSorted((one, other) => sum(one) - sum(other));
  // Of a person and an agent, the one whose grant is not reached.
  const grant = (nearest.find(({ distance }) => distance > 0) ?? nearest[0])?.grant;
  const missing = [
    ...explainCatalog(entry, target),
    ...(principal.isDelegated && subjects.length === 1
      ? ['The application must be listed as an agent before it may act for people.']
      : []),
    ...nearest.flatMap((one) => one.missing),
    ...explainKey(governance, principal, entry, nearest[0]?.grant),
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

function listSubjects(access: Access, principal: Principal): Subject[] {
  const { isDelegated, idleRoles = [] } = principal;
  // Nobody is told to ask for a role that they have; which key it counts with, `explainKey` says.
  const roles = [...principal.roles, ...idleRoles];
  if (!isDelegated) return [{ needs: 'Your application needs', roles }];
  const agent = findAgent(access, principal);
  return [
    { needs: 'You need', roles },
    ...(agent ? [{ needs: 'The agent that acts for you needs', roles: agent.roles } as const] : []),
  ];
}

/** The caller's own grant is of use with a key of its roles' environment alone. */
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

function explainOtherLocations(
  governance: Governance,
  principal: Principal,
  { operation }: CallTarget,
  entry: CatalogEntry,
): string[] {
  const allowed = entry.locations.filter(
    (location) => governance.decide(principal, targetOf(entry, operation, location)).allowed,
  );
  return allowed.length > 0 ? [`The same call is allowed in ${joinNames(allowed)}.`] : [];
}

function sum(nearest: readonly { readonly distance: number }[]): number {
  return nearest.reduce((total, { distance }) => total + distance, 0);
}
