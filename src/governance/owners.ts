import { createHash } from 'node:crypto';
import { findAgent } from './agents.ts';
import type { Principal } from './call-target.ts';
import { KEY_ONLY_PROVIDER } from './check-limits.ts';
import type { Access, Agent } from './documents.ts';

/**
 * Whose something is that a call makes: its team and, where an agent made it for a person, the agent. Both are labels:
 * https://cloud.google.com/resource-manager/docs/labels-overview#requirements
 */
export interface Owner {
  readonly team: string;
  readonly agent?: string;
}

/** A role, or the id of an agent, as Google's labels can hold it. Two that are one in labels are refused at load. */
export function labelOf(name: string): string {
  return name.toLowerCase().replaceAll('.', '-');
}

/** Of a label's 63 characters; 240 bits of SHA-256. */
const HASH_DIGITS = 60;

/**
 * The team of those who call with the key of an APIM subscription and nothing else. It is no role's, for roles begin with
 * a letter or digit, and no other subscription's: an id that is no label is told by its hash.
 */
export function teamOfSubscription(id: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,60}$/.test(id)) return `_${id}`;
  return `__${createHash('sha256').update(id).digest('hex').slice(0, HASH_DIGITS)}`;
}

/** Whose it is what a call makes that a role lets through. */
export function ownerOf(principal: Principal, role: string, agent: Agent | undefined): Owner {
  if (isKeyOnly(principal)) return { team: teamOfSubscription(principal.subscriptionId) };
  const team = labelOf(role);
  return principal.isDelegated && agent ? { team, agent: labelOf(agent.id) } : { team };
}

/**
 * Whose things a caller reaches; an owner without an agent stands for all of the team. An agent that acts for a person
 * reaches what both do: of the person's teams, those that its own roles are of, and of the others what it has made.
 * Roles that the documents don't know are of no team.
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
 * As whom a caller is judged for what a body reaches. All of a team go on from what one of them puts into a context cache,
 * so of its maker's roles the team's alone lets in; what forbids holds for the others too.
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

/** Whether one of the owners that a caller reaches is the one of a thing. */
export function reaches(owners: readonly Owner[], { team, agent }: Owner): boolean {
  return owners.some((one) => one.team === team && (one.agent === undefined || one.agent === agent));
}

function teamsOf({ roles }: Access, held: readonly string[]): string[] {
  return roles.filter(({ name }) => held.includes(name)).map(({ name }) => labelOf(name));
}

function isKeyOnly(principal: Principal): principal is Principal & { readonly subscriptionId: string } {
  return principal.identityProvider === KEY_ONLY_PROVIDER && principal.subscriptionId !== undefined;
}
