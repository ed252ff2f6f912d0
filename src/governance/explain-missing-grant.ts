import type { EntryRules } from './rule-index.ts';

/** The reason why no grant allows a call. */
export interface MissingGrant {
  /** Id of the grant that covers the entry but not the call; `default-deny` if no grant covers the entry. */
  readonly rule: string;
  readonly code: 'LOCATION_NOT_ALLOWED' | 'OPERATION_NOT_ALLOWED' | 'NOT_GRANTED';
  readonly reason: string;
}

/** A longer list of roles would not be read. */
const MAXIMUM_ROLES = 10;

/**
 * Explains to a caller what to ask for. The entry must offer the call's location and operation.
 * @param isEnough tells if a role alone would allow the call.
 * @param keysFor names the keys that a role needs; undefined if it counts with the key that was sent.
 */
export function explainMissingGrant(
  { entry, grantsOfRole }: EntryRules,
  roles: readonly string[],
  location: string,
  isEnough: (role: string) => boolean,
  keysFor: (role: string) => string | undefined,
): MissingGrant {
  const own = [...new Set(roles.flatMap((role) => grantsOfRole.get(role) ?? []))];
  const here = own.filter(({ locations }) => locations?.includes(location) ?? true);
  if (here[0]) {
    const granted = new Set<string>(here.flatMap((grant) => grant.operations ?? []));
    const operations = entry.operations.filter((operation) => granted.has(operation));
    return {
      rule: here[0].id,
      code: 'OPERATION_NOT_ALLOWED',
      reason: `Your application may use ${entry.name} in this location for ${operations.join(', ')} only. ${here[0].reason}`,
    };
  }
  if (own[0]) {
    const granted = new Set(own.flatMap((grant) => grant.locations ?? []));
    const locations = entry.locations.filter((one) => granted.has(one));
    return {
      rule: own[0].id,
      code: 'LOCATION_NOT_ALLOWED',
      reason: `Your application may call ${entry.name} in ${locations.join(', ')} only. ${own[0].reason}`,
    };
  }
  return {
    rule: 'default-deny',
    code: 'NOT_GRANTED',
    reason: `No role of your application is granted ${entry.name}. ${suggestRoles(grantsOfRole.keys(), isEnough, keysFor)}`,
  };
}

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
