import { findAgent } from './principals.ts';
import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';

/** Lists the ids of the residency rules that bind a caller's calls, those of an agent's own roles included. */
export function listResidencyRules(access: Access, principal: Principal): string[] {
  const { roles, idleRoles = [], isDelegated } = principal;
  const agent = isDelegated ? findAgent(access, principal) : undefined;
  const held = new Set([...roles, ...idleRoles, ...(agent?.roles ?? [])]);
  return access.residency.filter((rule) => rule.roles.some((role) => held.has(role))).map(({ id }) => id);
}
