import type { Principal } from './call-target.ts';
import type { Agent, CatalogEntry, Deny, Residency, ServiceTier } from './documents.ts';
import type { EntryRules, RuleIndex } from './rule-index.ts';

/** The codes of the error table with which a decision can deny a call. */
export type DenialCode =
  | 'MODEL_NOT_FOUND'
  | 'MODEL_RETIRED'
  | 'LOCATION_NOT_ALLOWED'
  | 'OPERATION_NOT_ALLOWED'
  | 'DENIED_BY_RULE'
  | 'SERVICE_TIER_NOT_ALLOWED'
  | 'AGENT_NOT_ALLOWED'
  | 'PRODUCT_NOT_ALLOWED'
  | 'SUBSCRIPTION_NOT_ALLOWED'
  | 'NOT_GRANTED';

/** The decision that a call is not allowed. */
export interface Denial {
  readonly allowed: false;
  /** Id of the rule that decides, or a reserved id such as `catalog` or `default-deny`. */
  readonly rule: string;
  readonly code: DenialCode;
  /** Sentences for the caller, in plain English: the obstacle, and the role or key to ask for. */
  readonly reason: string;
  /** The operation of the call on the entry that it names, where the call has several for the models of other publishers. */
  readonly operation?: string;
}

/** A longer list of roles would not be read. */
const MAXIMUM_ROLES = 10;

/**
 * Denies a call of a model or an endpoint that the catalog does not have in the project.
 * @param suggested sentences on what the caller may use.
 */
export function denyByCatalog(suggested: string): Denial {
  return deny(
    'catalog',
    'MODEL_NOT_FOUND',
    `The catalog has no such model or endpoint in this project. Check the name, or ask the platform team to add it. ${suggested}`,
  );
}

/** Denies a call of an entry whose last day has passed. @param reason sentences on its end and its replacement. */
export function denyRetired(reason: string): Denial {
  return deny('catalog', 'MODEL_RETIRED', reason);
}

/** Denies a call in a location that the entry does not offer. */
export function denyLocation({ name, locations }: CatalogEntry): Denial {
  return deny(
    'catalog',
    'LOCATION_NOT_ALLOWED',
    `${name} may not be called in this location. It may be called in: ${locations.join(', ')}.`,
  );
}

/** Denies a call that Google can serve in none of the entry's locations. @param servedIn the locations that could. */
export function denyEverywhere({ name }: CatalogEntry, servedIn: readonly string[] = []): Denial {
  return deny(
    'catalog',
    'LOCATION_NOT_ALLOWED',
    `${name} is offered in no location where Google has this operation; ask the platform team for one of: ${servedIn.join(', ')}.`,
  );
}

/** Denies a call by an operation that the entry does not offer. */
export function denyOperation({ name, operations }: CatalogEntry): Denial {
  return deny(
    'catalog',
    'OPERATION_NOT_ALLOWED',
    `${name} does not offer this operation. It offers: ${operations.join(', ')}.`,
  );
}

/**
 * Denies a call that would be allowed without the service tier that it asks for. The rule is a grant of the tier in other
 * locations, and `default-deny` if the caller has none.
 */
export function denyServiceTier(
  { entry: { name }, cells, tierGrants }: EntryRules,
  roles: readonly string[],
  operation: string,
  tier: ServiceTier,
): Denial {
  const code = 'SERVICE_TIER_NOT_ALLOWED';
  const matrix = tierGrants.get(tier);
  if (!matrix)
    return deny('catalog', code, `${name} is not offered in the service tier ${tier}. ${WITHOUT_TIER}.`);
  const given = [...cells].flatMap(([location, row]) => {
    const cell = row.get(operation) ?? -1;
    return roles.flatMap((role) => {
      const grant = matrix.get(role)?.[cell];
      return grant ? [{ location, grant }] : [];
    });
  });
  const [first] = given;
  if (!first)
    return deny(
      'default-deny',
      code,
      `No grant lets your application call ${name} in the service tier ${tier}. ${WITHOUT_TIER}, or ask the platform team for a grant with it.`,
    );
  const locations = [...new Set(given.map(({ location }) => location))];
  return deny(
    first.grant.id,
    code,
    `Your application may call ${name} in the service tier ${tier} in ${locations.join(', ')} only. ${first.grant.reason}`,
  );
}

const WITHOUT_TIER = 'Send the call without it, for the standard tier';

/** Denies a call that a deny of the access document covers. */
export function denyByRule({ id, reason }: Deny): Denial {
  return deny(
    id,
    'DENIED_BY_RULE',
    `${reason} The rule ${id} wins over every grant; ask the platform team if you need an exception.`,
  );
}

/** Denies a call in a location from which a residency rule bars a role of the caller. */
export function denyByResidency({ id, locations, reason }: Residency, role: string): Denial {
  return deny(
    id,
    'LOCATION_NOT_ALLOWED',
    `Callers with the role ${role} are served from ${locations.join(', ')} only. ${reason}`,
  );
}

/** Denies a call for a person by an application that is not in the list of agents. */
export function denyUnknownAgent(): Denial {
  return deny(
    'agents',
    'AGENT_NOT_ALLOWED',
    'This application is not known as an agent, so it may not act for people. Ask the platform team to add it.',
  );
}

/** Denies a call for a person by an agent that may not make the call. @param own the denial of the agent's own roles. */
export function denyAgent({ id, reason }: Agent, own: Denial): Denial {
  return deny(
    id,
    'AGENT_NOT_ALLOWED',
    `You may do this yourself, but the agent that acts for you may not. ${reason} ${own.reason}`,
  );
}

/** Denies a call that only a role would allow which does not count with the product of the caller's key. */
export function denyByProduct(
  { products }: RuleIndex,
  { name }: CatalogEntry,
  role: string,
  productId: string | undefined,
): Denial {
  return deny('products', 'PRODUCT_NOT_ALLOWED', products.explainIdle(role, productId, name));
}

/**
 * Denies a call that no grant allows, and says what to ask for. The rule is the grant that covers the entry but not the
 * call, and `default-deny` if no grant covers the entry.
 * @param cell the cell of the call's operation and location, which the entry must offer.
 */
export function denyByDefault(
  { residency, products }: RuleIndex,
  rules: EntryRules,
  { roles, productId }: Pick<Principal, 'roles' | 'productId'>,
  cell: number,
  location: string,
): Denial {
  const { entry, grantsOfRole } = rules;
  const own = [...new Set(roles.flatMap((role) => grantsOfRole.get(role) ?? []))];
  const here = own.filter(({ locations }) => locations?.includes(location) ?? true);
  if (here[0]) {
    const granted = new Set<string>(here.flatMap((grant) => grant.operations ?? []));
    const operations = entry.operations.filter((operation) => granted.has(operation));
    return deny(
      here[0].id,
      'OPERATION_NOT_ALLOWED',
      `Your application may use ${entry.name} in this location for ${operations.join(', ')} only. ${here[0].reason}`,
    );
  }
  if (own[0]) {
    const granted = new Set(own.flatMap((grant) => grant.locations ?? []));
    const locations = entry.locations.filter((one) => granted.has(one));
    return deny(
      own[0].id,
      'LOCATION_NOT_ALLOWED',
      `Your application may call ${entry.name} in ${locations.join(', ')} only. ${own[0].reason}`,
    );
  }
  const suggested = suggestRoles(
    grantsOfRole.keys(),
    (role) => isEnough(residency, rules, role, cell, location),
    (role) => products.keysFor(role, productId),
  );
  return deny(
    'default-deny',
    'NOT_GRANTED',
    `No role of your application is granted ${entry.name}. ${suggested}`,
  );
}

/** True if a caller with this role alone would be allowed. A denial suggests only such roles. */
function isEnough(
  residency: RuleIndex['residency'],
  { grants, denies }: EntryRules,
  role: string,
  cell: number,
  location: string,
): boolean {
  if (!grants.get(role)?.[cell] || denies.get(role)?.[cell]) return false;
  return (residency.get(role) ?? []).every(({ locations }) => locations.includes(location));
}

/**
 * @param isEnough tells if a role alone would allow the call.
 * @param keysFor names the keys that a role needs; undefined if it counts with the key that was sent.
 */
function suggestRoles(
  granted: Iterable<string>,
  isEnough: (role: string) => boolean,
  keysFor: (role: string) => string | undefined,
): string {
  const roles: string[] = [];
  for (const role of granted) {
    if (!isEnough(role)) continue;
    if (roles.push(role) === MAXIMUM_ROLES) break;
  }
  if (roles.length === 0) return 'No role is granted this call yet; ask the platform team for a grant.';
  const here = roles.filter((role) => keysFor(role) === undefined);
  const keys = here.length === 0 ? keysFor(roles[0] ?? '') : undefined;
  const wanted = here.length === 0 ? roles.filter((role) => keysFor(role) === keys) : here;
  const also = keys === undefined ? '' : `, and for a key ${keys}`;
  return `Ask for one of these roles${also}: ${wanted.join(', ')}.`;
}

function deny(rule: string, code: DenialCode, reason: string): Denial {
  return { allowed: false, rule, code, reason };
}
