import { findAgent } from './principals.ts';
import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';

/**
 * Tells if a caller holds one of some roles. For an application that acts for a person, one of the application's roles
 * must be among them too.
 */
export function holdsOneOf(access: Access, principal: Principal, roles: readonly string[]): boolean {
  const holds = (held: readonly string[]) => held.some((role) => roles.includes(role));
  if (!principal.isDelegated) return holds(principal.roles);
  return holds(principal.roles) && holds(findAgent(access, principal)?.roles ?? []);
}
