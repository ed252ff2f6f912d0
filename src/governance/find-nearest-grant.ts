import type { Access, CatalogEntry, Grant } from './documents.ts';
import { joinNames } from './join-names.ts';
import { covers } from './rule-coverage.ts';

/** The call that a grant is searched for: one operation of an entry in one location. */
export interface WantedCall {
  readonly entry: CatalogEntry;
  readonly operation: string;
  readonly location: string;
}

/** A holder of roles who must be allowed: an application, a person, or the agent that acts for one. */
export interface Applicant {
  /** The beginning of a sentence that names a missing role. */
  readonly needs: 'Your application needs' | 'You need' | 'The agent that acts for you needs';
  readonly roles: readonly string[];
}

/** The result of the search. */
export interface NearestGrantSearch {
  /** Undefined if no grant covers the entry. */
  readonly grant: Grant | undefined;
  /** Sentences on everything that stands in the way; empty if nothing does. */
  readonly missing: readonly string[];
  /** Sum of the obstacles' weights; 0 if nothing stands in the way. */
  readonly distance: number;
}

/** A grant with a role that the applicant holds, or with one that it would have to be given. */
interface Option {
  readonly grant: Grant;
  readonly missingRole: string | undefined;
  readonly obstacles: readonly string[];
  readonly distance: number;
}

/**
 * Weights of obstacles. A caller can choose another location or operation, must ask for a role, and cannot remove a
 * deny.
 */
const DISTANCE = { choice: 1, role: 2, deny: 3 } as const;

/** Finds the grant with the least distance. Residency rules and denies of a missing role count as obstacles too. */
export function findNearestGrant(access: Access, applicant: Applicant, call: WantedCall): NearestGrantSearch {
  const options = access.grants
    .filter((grant) => covers(grant, call.entry))
    .flatMap((grant) => listOptions(access, grant, applicant, call))
    .toSorted((one, other) => one.distance - other.distance);
  const [best] = options;
  if (!best) {
    const forbidden = explainForbidden(access, applicant.roles, call);
    const missing = [
      ...forbidden.obstacles,
      `No role can be given for ${call.entry.name} yet: no grant covers it.`,
    ];
    return { grant: undefined, missing, distance: forbidden.distance + DISTANCE.role };
  }
  const roles = options.flatMap(({ missingRole, obstacles, distance }) =>
    missingRole !== undefined && distance === best.distance && isEqual(obstacles, best.obstacles)
      ? [missingRole]
      : [],
  );
  const needed =
    best.missingRole === undefined
      ? []
      : [`${applicant.needs} the role ${joinNames([...new Set(roles)], 'or')}.`];
  return { grant: best.grant, missing: [...needed, ...best.obstacles], distance: best.distance };
}

function listOptions(access: Access, grant: Grant, applicant: Applicant, call: WantedCall): Option[] {
  const { entry, location, operation } = call;
  const { locations, operations } = scopeOf(grant, entry);
  const outside = [
    ...(includes(locations, location) || !includes(entry.locations, location)
      ? []
      : [`The grant ${grant.id} covers ${joinNames(locations)} only.`]),
    ...(includes(operations, operation) || !includes(entry.operations, operation)
      ? []
      : [`The grant ${grant.id} covers ${joinNames(operations)} only.`]),
  ];
  const useful = access.roles
    .filter(({ name, environment }) => grant.roles.includes(name) && entry.environments.includes(environment))
    .map(({ name }) => name);
  const hasRole = applicant.roles.some((role) => useful.includes(role));
  return (hasRole ? [undefined] : useful).map((missingRole): Option => {
    const roles = missingRole === undefined ? applicant.roles : [...applicant.roles, missingRole];
    const forbidden = explainForbidden(access, roles, call);
    return {
      grant,
      missingRole,
      obstacles: [...outside, ...forbidden.obstacles],
      distance:
        outside.length * DISTANCE.choice +
        forbidden.distance +
        (missingRole === undefined ? 0 : DISTANCE.role),
    };
  });
}

/** Returns the locations and operations of an entry that a grant covers. */
export function scopeOf(
  grant: Grant,
  entry: CatalogEntry,
): { readonly locations: readonly string[]; readonly operations: readonly string[] } {
  return {
    locations: entry.locations.filter((one) => !grant.locations || grant.locations.includes(one)),
    operations: entry.operations.filter((one) => !grant.operations || grant.operations.includes(one)),
  };
}

/** Explains the denies and residency rules that stand in the way of a holder of the roles. */
function explainForbidden(
  { denies, residency }: Access,
  roles: readonly string[],
  { entry, location, operation }: WantedCall,
): { readonly obstacles: readonly string[]; readonly distance: number } {
  const forbidding = denies.filter(
    (deny) =>
      covers(deny, entry) &&
      (!deny.roles || deny.roles.some((role) => roles.includes(role))) &&
      (!deny.locations || includes(deny.locations, location)) &&
      (!deny.operations || includes(deny.operations, operation)),
  );
  const keeping = residency.filter(
    (rule) => rule.roles.some((role) => roles.includes(role)) && !includes(rule.locations, location),
  );
  return {
    obstacles: [
      ...forbidding.map(({ id, reason }) => `The rule ${id} forbids it, whatever is granted. ${reason}`),
      ...keeping.map((rule) => {
        const held = rule.roles.filter((role) => roles.includes(role));
        return `The rule ${rule.id} keeps holders of ${joinNames(held)} in ${joinNames(rule.locations)}. ${rule.reason}`;
      }),
    ],
    distance: forbidding.length * DISTANCE.deny + keeping.length * DISTANCE.choice,
  };
}

function includes(list: readonly string[], value: string): boolean {
  return list.includes(value);
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.join('\n') === other.join('\n');
}
