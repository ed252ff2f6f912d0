import { createHash } from 'node:crypto';
import { findAgent, KEY_ONLY_PROVIDER } from './principals.ts';
import type { Principal } from './call-target.ts';
import type { Access, Agent } from './documents.ts';

/**
 * The owner of a resource that a call creates: a team and, if an agent created it for a person, the agent. Both are
 * labels:
 * https://cloud.google.com/resource-manager/docs/labels-overview#requirements
 */
export interface Owner {
  readonly team: string;
  readonly agent?: string;
}

/**
 * Returns the label of a role or of an agent's id, in the characters that Google allows. Two roles or agents with the
 * same label are refused when the documents are loaded.
 */
export function labelOf(name: string): string {
  return name.toLowerCase().replaceAll('.', '-');
}

/** 240 bits of SHA-256, which fit into a label's 63 characters. */
const HASH_DIGITS = 60;

/**
 * Returns the team of callers with the key of an APIM subscription and without a token. It differs from every role's
 * team, because roles begin with a letter or digit, and from every other subscription's. An id that is no label is
 * hashed.
 */
export function teamOfSubscription(id: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,60}$/.test(id)) return `_${id}`;
  return `__${createHash('sha256').update(id).digest('hex').slice(0, HASH_DIGITS)}`;
}

/**
 * Returns the owner of what a call creates.
 * @param role the one that the deciding grant names.
 * @param agent the application, if it is an agent; it counts only when it acts for a person.
 */
export function ownerOf(principal: Principal, role: string, agent: Agent | undefined): Owner {
  if (isKeyOnly(principal)) return { team: teamOfSubscription(principal.subscriptionId) };
  const team = labelOf(role);
  return principal.isDelegated && agent ? { team, agent: labelOf(agent.id) } : { team };
}

/**
 * Lists the owners whose resources a caller reaches. An owner without an agent stands for all resources of the team.
 * - A caller reaches everything of the teams of its roles.
 * - An agent that acts for a person reaches everything of the teams that both have, and what it has created itself for
 *   the person's other teams.
 * - Roles that the documents do not list have no team.
 */
export function listOwners(access: Access, principal: Principal): readonly Owner[] {
  if (isKeyOnly(principal)) return [{ team: teamOfSubscription(principal.subscriptionId) }];
  const teams = teamsOf(access, principal.roles);
  if (!principal.isDelegated) return teams.map((team) => ({ team }));
  const agent = findAgent(access, principal);
  if (!agent) return [];
  const own = teamsOf(access, agent.roles);
  return teams.map((team) => (own.includes(team) ? { team } : { team, agent: labelOf(agent.id) }));
}

/**
 * Restricts the caller to the roles of one team if the call creates a context cache. The whole team uses the cache, so
 * its content may come only from places and tools that the team's role allows. The caller's other roles become idle:
 * residency rules still count them. Every other call keeps its caller.
 */
export function restrictToTeam(principal: Principal, operation: string, { team }: Owner): Principal {
  if (operation !== 'cacheContent' || isKeyOnly(principal)) return principal;
  const { roles, idleRoles = [] } = principal;
  return {
    ...principal,
    roles: roles.filter((role) => labelOf(role) === team),
    idleRoles: [...idleRoles, ...roles.filter((role) => labelOf(role) !== team)],
  };
}

/** Tells if a resource belongs to one of the owners that a caller reaches. */
export function reaches(owners: readonly Owner[], { team, agent }: Owner): boolean {
  return owners.some((one) => one.team === team && (one.agent === undefined || one.agent === agent));
}

function teamsOf({ roles }: Access, held: readonly string[]): string[] {
  return roles.filter(({ name }) => held.includes(name)).map(({ name }) => labelOf(name));
}

function isKeyOnly(principal: Principal): principal is Principal & { readonly subscriptionId: string } {
  return principal.identityProvider === KEY_ONLY_PROVIDER && principal.subscriptionId !== undefined;
}
