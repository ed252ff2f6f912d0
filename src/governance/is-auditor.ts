import { findAgent } from './agents.ts';
import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';

/**
 * Whether a caller may read everybody's audit records: by a role of its own, and for an application that acts for a
 * person by a role of the application as well.
 */
export function isAuditor(access: Access, principal: Principal): boolean {
  const { roles, isDelegated } = principal;
  const holds = (held: readonly string[]) =>
    held.some((role) => access.auditors?.roles.includes(role) ?? false);
  if (!isDelegated) return holds(roles);
  return holds(roles) && holds(findAgent(access, principal)?.roles ?? []);
}
