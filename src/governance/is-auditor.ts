import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';

/**
 * Whether a caller may read everybody's audit records: by a role of its own, and for an application that acts for a
 * person by a role of the application as well.
 */
export function isAuditor({ agents, auditors }: Access, principal: Principal): boolean {
  const { roles, applicationId, isDelegated } = principal;
  const holds = (held: readonly string[]) => held.some((role) => auditors?.roles.includes(role) ?? false);
  if (!isDelegated) return holds(roles);
  const agent = agents.find((one) => one.applicationId.toLowerCase() === applicationId.toLowerCase());
  return holds(roles) && holds(agent?.roles ?? []);
}
