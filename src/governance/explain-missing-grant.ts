import type { CatalogEntry, Grant } from './documents.ts';

/** The nearest grant of a call that none covers, and what is missing to it. */
export interface MissingGrant {
  readonly rule: string;
  readonly code: 'LOCATION_NOT_ALLOWED' | 'OPERATION_NOT_ALLOWED' | 'NOT_GRANTED';
  readonly reason: string;
}

/** Says what a caller would have to ask for. The call's location and operation are ones that the entry offers. */
export function explainMissingGrant(
  entry: CatalogEntry,
  allGrants: readonly Grant[],
  grantedRoles: readonly string[],
  roles: readonly string[],
  location: string,
): MissingGrant {
  const held = roles.filter((role) => grantedRoles.includes(role));
  const own = allGrants.filter((grant) => grant.roles.some((role) => held.includes(role)));
  const here = own.filter(
    ({ locations }) => !locations || (locations as readonly string[]).includes(location),
  );
  if (here[0]) {
    const operations = new Set(here.flatMap((grant) => grant.operations ?? []));
    return {
      rule: here[0].id,
      code: 'OPERATION_NOT_ALLOWED',
      reason: `Your application may use ${entry.name} in this location for ${[...operations].join(', ')} only. ${here[0].reason}`,
    };
  }
  if (own[0]) {
    const locations = new Set(own.flatMap((grant) => grant.locations ?? []));
    return {
      rule: own[0].id,
      code: 'LOCATION_NOT_ALLOWED',
      reason: `Your application may call ${entry.name} in ${[...locations].join(', ')} only. ${own[0].reason}`,
    };
  }
  return {
    rule: 'default-deny',
    code: 'NOT_GRANTED',
    reason: `No role of your application is granted ${entry.name}. ${
      grantedRoles.length > 0
        ? `Ask for one of these roles: ${grantedRoles.join(', ')}.`
        : 'No role is granted it yet.'
    }`,
  };
}
