import { findAgent } from './agents.ts';
import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';

/** Ids of the rules that keep a caller's calls in locations; for an application that acts for a person, its own as well. */
export function listResidencyRules(access: Access, principal: Principal): string[] {
  const { roles, idleRoles = [], isDelegated } = principal;
  const agent = isDelegated ? findAgent(access, principal) : undefined;
  const held = new Set([...roles, ...idleRoles, ...(agent?.roles ?? [])]);
  return access.residency.filter((rule) => rule.roles.some((role) => held.has(role))).map(({ id }) => id);
}
