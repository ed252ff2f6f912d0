import type { Access, CatalogEntry, Grant } from './documents.ts';
import { joinNames } from './join-names.ts';
import { covers } from './rule-index.ts';

/** One operation of an entry in one location. */
export interface Wish {
  readonly entry: CatalogEntry;
  readonly operation: string;
  readonly location: string;
}

/** Who must be allowed: the caller, or the person and the agent that acts for them. */
export interface Subject {
  readonly needs: 'Your application needs' | 'You need' | 'The agent that acts for you needs';
  readonly roles: readonly string[];
}

/** The grant that a wish comes closest to. */
export interface Nearest {
  readonly grant: Grant | undefined;
  /** Everything that stands in the way, in sentences; empty when nothing does. */
  readonly missing: readonly string[];
  /** How far away the grant is. */
  readonly distance: number;
}

/** A grant, taken with a role that the subject has or would have to be given. */
interface Way {
  readonly grant: Grant;
  readonly missingRole: string | undefined;
  readonly obstacles: readonly string[];
  readonly distance: number;
}

/** Another location or operation can be chosen by the caller; a role must be asked for. Denies give way to nobody. */
const DISTANCE = { choice: 1, role: 2, deny: 3 } as const;

/** Finds the grant that is reached with the least, residency and denies of a role that is still missing included. */
export function findNearestGrant(access: Access, subject: Subject, wish: Wish): Nearest {
  const ways = access.grants
    .filter((grant) => covers(grant, wish.entry))
    .flatMap((grant) => waysTo(access, grant, subject, wish))
    .toSorted((one, other) => one.distance - other.distance);
  const [best] = ways;
  if (!best) {
    const forbidden = explainForbidden(access, subject.roles, wish);
    const missing = [
      ...forbidden.obstacles,
      `No role can be given for ${wish.entry.name} yet: no grant covers it.`,
    ];
    return { grant: undefined, missing, distance: forbidden.distance + DISTANCE.role };
  }
  const roles = ways.flatMap(({ missingRole, obstacles, distance }) =>
    missingRole !== undefined && distance === best.distance && isEqual(obstacles, best.obstacles)
      ? [missingRole]
      : [],
  );
  const needed =
    best.missingRole === undefined
      ? []
      : [`${subject.needs} the role ${joinNames([...new Set(roles)], 'or')}.`];
  return { grant: best.grant, missing: [...needed, ...best.obstacles], distance: best.distance };
}

function waysTo(access: Access, grant: Grant, subject: Subject, wish: Wish): Way[] {
  const { entry, location, operation } = wish;
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
  const hasRole = subject.roles.some((role) => useful.includes(role));
  return (hasRole ? [undefined] : useful).map((missingRole): Way => {
    const roles = missingRole === undefined ? subject.roles : [...subject.roles, missingRole];
    const forbidden = explainForbidden(access, roles, wish);
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

/** What a grant comes to for one entry. */
export function scopeOf(
  grant: Grant,
  entry: CatalogEntry,
): { readonly locations: readonly string[]; readonly operations: readonly string[] } {
  return {
    locations: entry.locations.filter((one) => !grant.locations || grant.locations.includes(one)),
    operations: entry.operations.filter((one) => !grant.operations || grant.operations.includes(one)),
  };
}

/** The denies and residency rules in the way of anybody who holds the roles. */
function explainForbidden(
  { denies, residency }: Access,
  roles: readonly string[],
  { entry, location, operation }: Wish,
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
