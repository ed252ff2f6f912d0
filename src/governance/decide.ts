import { findAgent } from './agents.ts';
import { listAlternatives } from './list-alternatives.ts';
import { allow, type AuthorizedCall, type Judgements } from './authorize.ts';
import type { CallTarget, Principal } from './call-target.ts';
import type { Deny, Durability } from './documents.ts';
import { explainMissingGrant } from './explain-missing-grant.ts';
import { ownerOf } from './owners.ts';
import { cellOf, EVERYONE, type EntryRules, type RuleIndex } from './rule-index.ts';

/** The codes of the error table with which a decision can deny a call. */
export type DenialCode =
  | 'MODEL_NOT_ALLOWED'
  | 'LOCATION_NOT_ALLOWED'
  | 'OPERATION_NOT_ALLOWED'
  | 'DENIED_BY_RULE'
  | 'AGENT_NOT_ALLOWED'
  | 'PRODUCT_NOT_ALLOWED'
  | 'SUBSCRIPTION_NOT_ALLOWED'
  | 'NOT_GRANTED';

/** The decision that a call is not allowed. */
export interface Denial {
  readonly allowed: false;
  /** Id of the rule that decides, or a reserved id such as `catalog` or `default-deny`. */
  readonly rule: string;
  readonly code: DenialCode;
  /** Sentences for the caller, in plain English: the obstacle, and the role or key to ask for. */
  readonly reason: string;
}

/** A decision about one call: allowed by a named rule, or denied with a code and a reason. */
export type Decision<Target extends CallTarget> =
  | {
      readonly allowed: true;
      readonly rule: string;
      readonly reason: string;
      readonly call: AuthorizedCall<Target>;
    }
  | Denial;

interface Permission {
  readonly allowed: true;
  readonly rule: string;
  readonly role: string;
  readonly reason: string;
  readonly durability: Durability;
}

type Verdict = Permission | Denial;

/**
 * Decides one call. A deny wins over everything, then residency; without a grant the call is denied. A target without a
 * location is served in the entry's first location that the caller may use. Pure: the result depends on the arguments
 * alone.
 */
export function decide<Target extends CallTarget>(
  index: RuleIndex,
  judgements: Judgements,
  principal: Principal,
  target: Target,
): Decision<Target> {
  let denial: Denial | undefined;
  for (const { rules, operation } of listAlternatives(index, target)) {
    for (const location of target.location === undefined ? rules.entry.locations : [target.location]) {
      const verdict = judge(index, rules, principal, operation, location);
      if (verdict.allowed) {
        const { rule, role, reason, durability } = verdict;
        const { project } = rules.entry;
        const resource = resourceOf(rules, target);
        const address = resource.kind === 'endpoint' ? rules.addresses.get(location) : undefined;
        const owner = ownerOf(principal, role, findAgent(index.access, principal));
        const permission = { target, rule, durability, owner, project, location, resource };
        const call = allow({ ...permission, ...(address && { address }) }, principal, judgements);
        return { allowed: true, rule, reason, call };
      }
      // Every other denial tells the caller more: a deny leaves nothing to ask for.
      if (denial === undefined || denial.code === 'DENIED_BY_RULE') denial = verdict;
    }
  }
  return denial ?? denyByCatalog();
}

/** Judges a call. An application that acts for a person may do only what both the person and the application may do. */
function judge(
  index: RuleIndex,
  rules: EntryRules,
  principal: Principal,
  operation: string,
  location: string,
): Verdict {
  const verdict = judgeRoles(index, rules, principal, operation, location);
  if (!verdict.allowed || !principal.isDelegated) return verdict;
  const agent = findAgent(index.access, principal);
  if (!agent) {
    return deny(
      'agents',
      'AGENT_NOT_ALLOWED',
      'This application is not known as an agent, so it may not act for people. Ask the platform team to add it.',
    );
  }
  // The agent's roles bound every person's calls, so they count in every environment.
  const own = judgeRoles(index, rules, { roles: agent.roles }, operation, location);
  if (own.allowed) {
    const durability = own.durability === 'strict' ? own.durability : verdict.durability;
    return { ...verdict, rule: `${verdict.rule}+${agent.id}`, durability };
  }
  return deny(
    agent.id,
    'AGENT_NOT_ALLOWED',
    `You may do this yourself, but the agent that acts for you may not. ${agent.reason} ${own.reason}`,
  );
}

function judgeRoles(
  { residency, products }: RuleIndex,
  rules: EntryRules,
  { roles, idleRoles = [], productId }: Pick<Principal, 'roles' | 'idleRoles' | 'productId'>,
  operation: string,
  location: string,
): Verdict {
  const { entry, grants, denies } = rules;
  if (!(entry.locations as readonly string[]).includes(location)) {
    return deny(
      'catalog',
      'LOCATION_NOT_ALLOWED',
      `${entry.name} may not be called in this location. It may be called in: ${entry.locations.join(', ')}.`,
    );
  }
  if (!(entry.operations as readonly string[]).includes(operation)) {
    return deny(
      'catalog',
      'OPERATION_NOT_ALLOWED',
      `${entry.name} does not offer this operation. It offers: ${entry.operations.join(', ')}.`,
    );
  }
  const cell = cellOf(entry, operation, location);
  const forEveryone = denies.get(EVERYONE)?.[cell];
  if (forEveryone) return denyByRule(forEveryone);
  for (const role of [...roles, ...idleRoles]) {
    const denied = denies.get(role)?.[cell];
    if (denied) return denyByRule(denied);
    for (const rule of residency.get(role) ?? []) {
      if (rule.locations.includes(location)) continue;
      return deny(
        rule.id,
        'LOCATION_NOT_ALLOWED',
        `Callers with the role ${role} are served from ${rule.locations.join(', ')} only. ${rule.reason}`,
      );
    }
  }
  for (const role of roles) {
    const granted = grants.get(role)?.[cell];
    if (granted) {
      const { id: rule, reason, durability = 'standard' } = granted;
      return { allowed: true, rule, role, reason, durability };
    }
  }
  const wrongProduct = idleRoles.find((role) => grants.get(role)?.[cell]);
  if (wrongProduct !== undefined)
    return deny('products', 'PRODUCT_NOT_ALLOWED', products.explainIdle(wrongProduct, productId, entry.name));
  const missing = explainMissingGrant(
    rules,
    roles,
    location,
    (role) => isEnough(residency, rules, role, cell, location),
    (role) => products.keysFor(role, productId),
  );
  return deny(missing.rule, missing.code, missing.reason);
}

/** True if a caller with this role alone would be allowed. A denial suggests only such roles. */
function isEnough(
  residency: RuleIndex['residency'],
  { grants, denies }: EntryRules,
  role: string,
  cell: number,
  location: string,
): boolean {
  if (!grants.get(role)?.[cell] || denies.get(role)?.[cell]) return false;
  return (residency.get(role) ?? []).every(({ locations }) => locations.includes(location));
}

function resourceOf({ entry }: EntryRules, { resource }: CallTarget): AuthorizedCall['resource'] {
  if (resource.kind === 'any') return resource;
  return 'endpoint' in entry
    ? { kind: 'endpoint', endpoint: entry.endpoint }
    : { kind: 'model', publisher: entry.publisher, model: entry.model };
}

function denyByCatalog(): Denial {
  return deny(
    'catalog',
    'MODEL_NOT_ALLOWED',
    'The catalog has no such model or endpoint in this project. Check the name, or ask the platform team to add it.',
  );
}

function denyByRule({ id, reason }: Deny): Denial {
  return deny(
    id,
    'DENIED_BY_RULE',
    `${reason} The rule ${id} wins over every grant; ask the platform team if you need an exception.`,
  );
}

function deny(rule: string, code: DenialCode, reason: string): Denial {
  return { allowed: false, rule, code, reason };
}
