import { findAgent } from './principals.ts';
import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';

/**
 * Tells if a caller may read everybody's audit records. One of its roles must be an auditor's. For an application that
 * acts for a person, one of the application's roles must be too.
 */
export function isAuditor(access: Access, principal: Principal): boolean {
  const { roles, isDelegated } = principal;
  const holds = (held: readonly string[]) =>
    held.some((role) => access.auditors?.roles.includes(role) ?? false);
  if (!isDelegated) return holds(roles);
  return holds(roles) && holds(findAgent(access, principal)?.roles ?? []);
}
