import type { CallTarget, Principal } from './call-target.ts';
import { targetOf } from './cells.ts';
import type { Access, CatalogEntry, Grant } from './documents.ts';
import type { Governance } from './governance.ts';
import { covers } from './rule-index.ts';

/** A grant, with what it comes to for the entry that was asked for. */
export interface NearestGrant {
  readonly id: string;
  readonly reason: string;
  readonly roles: readonly string[];
  readonly locations: readonly string[];
  readonly operations: readonly string[];
}

/** One operation of an entry in one location. */
interface Wish {
  readonly entry: CatalogEntry;
  readonly operation: string;
  readonly location: string;
}

/** Who must be allowed: the caller, or the person and the agent that acts for them. */
interface Subject {
  readonly name: 'Your application' | 'You' | 'The agent that acts for you';
  readonly verb: 'needs' | 'need';
  readonly roles: readonly string[];
}

interface Distance {
  readonly grant: Grant | undefined;
  readonly missing: readonly string[];
  readonly weight: number;
}

/** A role must be asked for and given; another location or operation can be chosen by the caller. */
const WEIGHT_OF_A_ROLE = 2;

/** Says of a denied call which grant it comes closest to and everything that stands in between. */
export function explainDenial(
  governance: Governance,
  principal: Principal,
  target: CallTarget,
  entry: CatalogEntry,
): { readonly nearestGrant?: NearestGrant; readonly missing: readonly string[] } {
  const { access } = governance.documents;
  const agent = access.agents.find(({ applicationId }) => isSame(applicationId, principal.applicationId));
  const subjects: Subject[] = principal.isDelegated
    ? [
        { name: 'You', verb: 'need', roles: principal.roles },
        ...(agent
          ? [{ name: 'The agent that acts for you', verb: 'needs', roles: agent.roles } as const]
          : []),
      ]
    : [{ name: 'Your application', verb: 'needs', roles: principal.roles }];
  const locations = target.location === undefined ? entry.locations : [target.location];
  const [nearest] = locations
    .map((location) => {
      const wish = { entry, operation: target.operation, location };
      return subjects.map((subject) => measure(access, subject, wish));
    })
    .toSorted((one, other) => weigh(one) - weigh(other));
  const missing = [
    ...explainCatalog(entry, target),
    ...(principal.isDelegated && !agent
      ? ['The application must be listed as an agent before it may act for people.']
      : []),
    ...(nearest ?? []).flatMap((distance) => distance.missing),
    ...explainOtherLocations(governance, principal, target, entry),
  ];
  // For an agent, the grant that is not reached: the person's when both are missing.
  const grant = (nearest?.find(({ weight }) => weight > 0) ?? nearest?.[0])?.grant;
  return { ...(grant && { nearestGrant: describe(grant, entry) }), missing: [...new Set(missing)] };
}

function explainCatalog(entry: CatalogEntry, { operation, location }: CallTarget): string[] {
  const { name, locations, operations } = entry;
  return [
    ...(location === undefined || includes(locations, location)
      ? []
      : [`${name} is offered in ${join(locations, 'and')}, not in ${location}.`]),
    ...(includes(operations, operation)
      ? []
      : [`${name} is offered for ${join(operations, 'and')}, not for ${operation}.`]),
  ];
}

/** The nearest grant for one subject, and all that stands in its way, denies and residency too. */
function measure(access: Access, subject: Subject, wish: Wish): Distance {
  const obstacles = [...explainDenies(access, subject, wish), ...explainResidency(access, subject, wish)];
  const [nearest] = access.grants
    .filter((grant) => covers(grant, wish.entry))
    .map((grant) => measureGrant(access, grant, subject, wish))
    .toSorted((one, other) => one.weight - other.weight);
  if (!nearest) {
    return {
      grant: undefined,
      missing: [...obstacles, `No grant covers ${wish.entry.name} yet.`],
      weight: obstacles.length + WEIGHT_OF_A_ROLE,
    };
  }
  return {
    ...nearest,
    missing: [...obstacles, ...nearest.missing],
    weight: obstacles.length + nearest.weight,
  };
}

function measureGrant(access: Access, grant: Grant, subject: Subject, wish: Wish): Distance {
  const { entry, location, operation } = wish;
  const reaching = access.roles
    .filter(({ environment }) => entry.environments.includes(environment))
    .map(({ name }) => name);
  const useful = grant.roles.filter((role) => reaching.includes(role));
  const hasRole = subject.roles.some((role) => useful.includes(role));
  const hasLocation = !grant.locations || includes(grant.locations, location);
  const hasOperation = !grant.operations || includes(grant.operations, operation);
  const missing = [
    ...(hasRole ? [] : explainRole(access, grant, subject, useful, entry)),
    ...(hasLocation ? [] : [`The grant ${grant.id} covers ${join(grant.locations ?? [], 'and')} only.`]),
    ...(hasOperation ? [] : [`The grant ${grant.id} covers ${join(grant.operations ?? [], 'and')} only.`]),
  ];
  return { grant, missing, weight: missing.length + (hasRole ? 0 : WEIGHT_OF_A_ROLE - 1) };
}

function explainRole(
  { roles }: Access,
  grant: Grant,
  subject: Subject,
  useful: readonly string[],
  entry: CatalogEntry,
): string[] {
  if (useful.length > 0) return [`${subject.name} ${subject.verb} the role ${join(useful, 'or')}.`];
  const environments = new Set(
    roles.filter(({ name }) => grant.roles.includes(name)).map(({ environment }) => environment),
  );
  return [
    `The roles of the grant ${grant.id} belong to the ${join([...environments], 'and')} environment, which ${entry.name} is not open to.`,
  ];
}

function explainDenies({ denies }: Access, { roles }: Subject, wish: Wish): string[] {
  return denies
    .filter(
      (deny) =>
        covers(deny, wish.entry) &&
        (!deny.roles || deny.roles.some((role) => roles.includes(role))) &&
        (!deny.locations || includes(deny.locations, wish.location)) &&
        (!deny.operations || includes(deny.operations, wish.operation)),
    )
    .map(({ id, reason }) => `The rule ${id} forbids it, whatever is granted. ${reason}`);
}

function explainResidency({ residency }: Access, { roles }: Subject, { location }: Wish): string[] {
  return residency.flatMap((rule) => {
    const held = rule.roles.filter((role) => roles.includes(role));
    if (held.length === 0 || includes(rule.locations, location)) return [];
    return [
      `The rule ${rule.id} keeps holders of ${join(held, 'and')} in ${join(rule.locations, 'and')}. ${rule.reason}`,
    ];
  });
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
  return allowed.length > 0 ? [`The same call is allowed in ${join(allowed, 'and')}.`] : [];
}

function describe({ id, reason, roles, ...scope }: Grant, entry: CatalogEntry): NearestGrant {
  return {
    ...{ id, reason, roles },
    locations: entry.locations.filter((one) => !scope.locations || includes(scope.locations, one)),
    operations: entry.operations.filter((one) => !scope.operations || includes(scope.operations, one)),
  };
}

function weigh(distances: readonly Distance[]): number {
  return distances.reduce((sum, { weight }) => sum + weight, 0);
}

function includes(list: readonly string[], value: string): boolean {
  return list.includes(value);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** `a`, `a and b`, `a, b and c`. */
function join(names: readonly string[], word: 'and' | 'or'): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1) ?? ''}`;
}
