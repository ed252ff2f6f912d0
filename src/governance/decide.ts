import { findAgent } from './principals.ts';
import type { AnyResource, CallTarget, EndpointResource, ModelResource, Principal } from './call-target.ts';
import {
  denyAgent,
  denyByCatalog,
  denyByDefault,
  denyByProduct,
  denyByResidency,
  denyByRule,
  denyEverywhere,
  denyLocation,
  denyOperation,
  denyRetired,
  denyServiceTier,
  denyUnknownAgent,
  type Denial,
} from './denials.ts';
import type { CatalogEntry, ContentPart, Durability, ServiceTier } from './documents.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { findRules, listAlternatives } from './find-entries.ts';
import type { Governance } from './governance.ts';
import type { PlaceUse, PlaceVerdict } from './judge-place.ts';
import type { ToolVerdict } from './judge-tool.ts';
import type { ProtectionPlan } from './protection-plan.ts';
import { type Owner, ownerOf, reaches, restrictToTeam } from './owners.ts';
import { suggestEntries } from './suggest-entries.ts';
import { EVERYONE, type EntryRules, type RuleIndex } from './rule-index.ts';
import {
  describeRetirement,
  hasEnded,
  isNoticed,
  type Retirement,
  type RetirementNotice,
} from './retirement.ts';
import type { ToolName } from './tools.ts';

/** The part of an authorized call that the decision has resolved. */
interface Permission<Target extends CallTarget> {
  readonly target: Target;
  /** The operation that serves the call: the target's, or one of its other operations. */
  readonly operation: string;
  /** Id of the grant; for an application that acts for a person `grant+agent`. */
  readonly rule: string;
  /** The durability that the rule demands of the call's record. */
  readonly durability: Durability;
  /** Id of the project that serves the call; resolved if the target leaves it out. */
  readonly project: string;
  /** Location that serves the call; resolved if the target leaves it out. */
  readonly location: string;
  /** The catalog entry that serves the call; undefined for a call that names no single model or endpoint. */
  readonly entry: CatalogEntry | undefined;
  /** The parts of the call's content that content rules have kept. */
  readonly keptContent: readonly ContentPart[];
  /** The parts of these that are kept with the caller's own values, whatever protection rules do. */
  readonly originalContent: readonly ContentPart[];
  /** The actions on the call's content by protection rules; undefined for a call to which none applies. */
  readonly protection: ProtectionPlan | undefined;
  /** The model or endpoint by Vertex AI's own name, even if the target uses another name of the catalog. */
  readonly resource: ModelResource | EndpointResource | AnyResource;
  /** The host of an endpoint that has its own in the location; undefined if a shared host of Google serves the call. */
  readonly address?: EndpointAddress;
  /** The notice that the entry retires, from 60 days before its last day; undefined for every other call. */
  readonly notice?: RetirementNotice;
}

/** The judgements that an authorized call needs of the governance documents. */
export type Judgements = Pick<
  Governance,
  | 'documents'
  | 'decide'
  | 'ownersOf'
  | 'isProject'
  | 'judgePlace'
  | 'judgeTool'
  | 'listDestinations'
  | 'maySendTo'
  | 'planProtection'
>;

declare const authorized: unique symbol;

/**
 * A call that a rule allows, with what its caller may do besides. Only a decision makes one, and Vertex AI cannot be called
 * without one.
 */
export interface AuthorizedCall<Target extends CallTarget = CallTarget> extends Permission<Target> {
  /** The owner of the resources that the call creates. */
  readonly owner: Owner;
  /** The owners whose things the caller reaches; one without an agent stands for all of the team. */
  readonly owners: readonly Owner[];
  /** Returns true when the caller reaches what the owner owns. */
  reaches(owner: Owner): boolean;
  /** Returns true when a project, by its id or by its number in the catalog, and a location are those of the call. */
  isHere(project: string, location: string): boolean;
  /** Returns true when the caller may make another call, too. */
  may(target: CallTarget): boolean;
  /** Judges a place that the call would make Google read or write: `gs://`, `bq://`, `https://`, a YouTube video. */
  judgePlace(use: PlaceUse, uri: string): PlaceVerdict;
  /**
   * Judges a tool that the call would give its model, where it is served.
   * @param sources full names or addresses of what the tool is to reach; none for a tool that reaches nothing of ours.
   */
  judgeTool(tool: ToolName, sources?: readonly string[]): ToolVerdict;
  /** Lists where a tool of the call works on a prompt besides the location of the call, for `maySendTo`. */
  listDestinations(tool: ToolName, sources: readonly string[]): readonly string[];
  /** Judges if residency rules let the caller's prompts go to each of the destinations. */
  maySendTo(destinations: readonly string[]): boolean;
  readonly [authorized]: true;
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

/** The grant that allows a call. */
interface Permit {
  readonly allowed: true;
  readonly rule: string;
  readonly role: string;
  readonly reason: string;
  readonly durability: Durability;
}

type Verdict = Permit | Denial;

/**
 * Creates the decision about calls. A deny wins over everything, then residency; without a grant the call is denied. A
 * target without a location is served in the entry's first location that the caller may use. A call that is allowed is
 * refused all the same once its entry has retired, and whoever could use a retired entry is told its end before any other
 * obstacle. Pure: the result depends on the arguments and the documents alone.
 */
export function createDecide(index: RuleIndex, others: Omit<Judgements, 'decide'>): Governance['decide'] {
  const decide: Governance['decide'] = (principal, target, at) =>
    decideCall(index, judgements, principal, target, at);
  const judgements: Judgements = { ...others, decide };
  return decide;
}

function decideCall<Target extends CallTarget>(
  index: RuleIndex,
  judgements: Judgements,
  principal: Principal,
  target: Target,
  at: Date | undefined,
): Decision<Target> {
  let denial: Denial | undefined;
  const alternatives = listAlternatives(index, target);
  for (const { rules, operation } of alternatives) {
    const judgeIn = (location: string) =>
      judge(index, rules, principal, operation, location, target.serviceTier);
    const locations = listLocations(rules.entry, target, judgeIn);
    if (locations.length === 0) denial ??= denyEverywhere(rules.entry, target.servedIn);
    for (const location of locations) {
      const verdict = judgeIn(location);
      if (!verdict.allowed) {
        // Every other denial tells the caller more: a deny leaves nothing to ask for.
        if (denial === undefined || denial.code === 'DENIED_BY_RULE') denial = verdict;
        continue;
      }
      const notice = noticeOf(index, rules, principal, at);
      if (notice && hasEnded(notice.retirement, at)) {
        denial = denyRetired(notice.sentence);
        continue;
      }
      const { rule, reason } = verdict;
      const resolved = { operation, location, notice, at };
      const call = new DecidedCall(rules, verdict, target, resolved, principal, judgements);
      return { allowed: true, rule, reason, call };
    }
  }
  const [first] = alternatives;
  if (first && denial && target.resource.kind !== 'any')
    denial = denyEnded(index, first.rules, principal, at) ?? denial;
  if (denial) return first && target.otherOperations ? { ...denial, operation: first.operation } : denial;
  const { roles } = principal;
  return denyByCatalog(
    suggestEntries(
      index,
      target,
      roles,
      (...call) =>
        !hasEnded(call[0].retirement, at) && judge(index, call[0], principal, call[1], call[2]).allowed,
    ),
  );
}

/**
 * Denies a call of an entry that has retired, if the caller could use it anywhere: another location or operation would not
 * help. Undefined for every other call.
 */
function denyEnded(
  index: RuleIndex,
  rules: EntryRules,
  principal: Principal,
  at: Date | undefined,
): Denial | undefined {
  if (!hasEnded(rules.retirement, at) || !isUsable(index, rules, principal)) return undefined;
  const notice = noticeOf(index, rules, principal, at);
  return notice && denyRetired(notice.sentence);
}

/** Gives the notice that an entry retires, from 60 days before its last day; undefined for every other entry. */
function noticeOf(
  index: RuleIndex,
  { entry, retirement }: EntryRules,
  principal: Principal,
  at: Date | undefined,
): RetirementNotice | undefined {
  // Most entries have no end, and nothing is asked about it then.
  if (!retirement || !isNoticed(retirement, at)) return undefined;
  const replacement = findReplacement(index, retirement, principal, at);
  return { retirement, sentence: describeRetirement(entry.name, retirement, replacement, at) };
}

/**
 * Finds the name of the entry that replaces one that retires, or replaces its replacement once that has retired, too.
 * Undefined unless the caller may use it, so that nobody learns of entries that are not theirs.
 */
function findReplacement(
  index: RuleIndex,
  retirement: Retirement,
  principal: Principal,
  at: Date | undefined,
): string | undefined {
  let rules: EntryRules | undefined;
  let next = retirement.replacement;
  while (next !== undefined) {
    rules = findRules(index, { kind: 'name', name: next });
    next = hasEnded(rules?.retirement, at) ? rules?.retirement?.replacement : undefined;
  }
  if (!rules || hasEnded(rules.retirement, at)) return undefined;
  return isUsable(index, rules, principal) ? rules.entry.name : undefined;
}

/** Returns true if the caller may use an entry in one of its locations by one of its operations, retired or not. */
function isUsable(index: RuleIndex, rules: EntryRules, principal: Principal): boolean {
  const { locations, operations } = rules.entry;
  return locations.some((location) =>
    operations.some((operation) => judge(index, rules, principal, operation, location).allowed),
  );
}

/** Lists the locations that can serve a call, in the catalog's order; the one that it names unless Google does not have the operation there. */
function listLocations(
  { locations }: CatalogEntry,
  { location, servedIn }: CallTarget,
  judgeIn: (location: string) => Verdict,
): readonly string[] {
  const served = servedIn ? locations.filter((one) => servedIn.includes(one)) : locations;
  if (location === undefined) return served;
  const isMoved = servedIn?.includes(location) === false && judgeIn(location).allowed;
  return isMoved ? served : [location];
}

/** Judges a call. An application that acts for a person may do only what both the person and the application may do. */
function judge(
  index: RuleIndex,
  rules: EntryRules,
  principal: Principal,
  operation: string,
  location: string,
  serviceTier?: ServiceTier,
): Verdict {
  const verdict = judgeRoles(index, rules, principal, operation, location, serviceTier);
  if (!verdict.allowed || !principal.isDelegated) return verdict;
  const agent = findAgent(index.access, principal);
  if (!agent) return denyUnknownAgent();
  // The agent's roles bound every person's calls, so they count in every environment.
  const own = judgeRoles(index, rules, { roles: agent.roles }, operation, location, serviceTier);
  if (own.allowed) {
    const durability = own.durability === 'strict' ? own.durability : verdict.durability;
    return { ...verdict, rule: `${verdict.rule}+${agent.id}`, durability };
  }
  return denyAgent(agent, own);
}

function judgeRoles(
  index: RuleIndex,
  rules: EntryRules,
  principal: Pick<Principal, 'roles' | 'idleRoles' | 'productId'>,
  operation: string,
  location: string,
  serviceTier: ServiceTier | undefined,
): Verdict {
  const { entry, cells, grants: all, denies, tierGrants } = rules;
  const { roles, idleRoles = [], productId } = principal;
  const row = cells.get(location);
  if (!row) return denyLocation(entry);
  const cell = row.get(operation);
  if (cell === undefined) return denyOperation(entry);
  const forEveryone = denies.get(EVERYONE)?.[cell];
  if (forEveryone) return denyByRule(forEveryone);
  for (const role of [...roles, ...idleRoles]) {
    const denied = denies.get(role)?.[cell];
    if (denied) return denyByRule(denied);
    const barring = index.residency.get(role)?.find(({ locations }) => !locations.includes(location));
    if (barring) return denyByResidency(barring, role);
  }
  const grants = serviceTier === undefined ? all : tierGrants.get(serviceTier);
  for (const role of roles) {
    const granted = grants?.get(role)?.[cell];
    if (granted) {
      const { id: rule, reason, durability = 'standard' } = granted;
      return { allowed: true, rule, role, reason, durability };
    }
  }
  // Without the tier the call is allowed: whoever may not make it at all learns nothing of tiers.
  if (serviceTier !== undefined && roles.some((role) => all.get(role)?.[cell]))
    return denyServiceTier(rules, roles, operation, serviceTier);
  const wrongProduct = idleRoles.find((role) => all.get(role)?.[cell]);
  return wrongProduct === undefined
    ? denyByDefault(index, rules, principal, cell, location)
    : denyByProduct(index, entry, wrongProduct, productId);
}

/** The call as the decision has resolved it, and the time for which it decides. */
interface Resolved extends Pick<Permission<CallTarget>, 'operation' | 'location'> {
  readonly notice: RetirementNotice | undefined;
  readonly at: Date | undefined;
}

/** The only maker of authorized calls, which no other file can use. */
class DecidedCall<Target extends CallTarget> implements Permission<Target> {
  readonly target: Target;
  readonly operation: string;
  readonly rule: string;
  readonly durability: Durability;
  readonly project: string;
  readonly location: string;
  readonly entry: CatalogEntry | undefined;
  readonly keptContent: readonly ContentPart[];
  readonly originalContent: readonly ContentPart[];
  readonly protection: ProtectionPlan | undefined;
  readonly resource: AuthorizedCall['resource'];
  declare readonly address?: EndpointAddress;
  declare readonly notice?: RetirementNotice;
  declare readonly [authorized]: true;
  readonly #principal: Principal;
  readonly #at: Date | undefined;
  readonly #judgements: Judgements;
  /** The role that the deciding grant names. */
  readonly #role: string;
  #owner: Owner | undefined;
  #owners: readonly Owner[] | undefined;
  #maker: Principal | undefined;

  constructor(
    rules: EntryRules,
    { rule, role, durability }: Permit,
    target: Target,
    { operation, location, notice, at }: Resolved,
    principal: Principal,
    judgements: Judgements,
  ) {
    const isOfEntry = target.resource.kind !== 'any';
    this.target = target;
    // A description is allowed by another operation than its own.
    this.operation = target.otherOperations ? operation : target.operation;
    this.rule = rule;
    this.durability = durability;
    this.project = rules.entry.project;
    this.location = location;
    this.entry = isOfEntry ? rules.entry : undefined;
    this.keptContent = isOfEntry ? rules.keptContent : [];
    this.originalContent = isOfEntry ? rules.originalContent : [];
    this.protection = isOfEntry ? judgements.planProtection(principal, rules.entry, operation) : undefined;
    this.resource = resourceOf(rules, target);
    const address = this.resource.kind === 'endpoint' ? rules.addresses.get(location) : undefined;
    if (address) this.address = address;
    if (notice && isOfEntry) this.notice = notice;
    this.#at = at;
    this.#role = role;
    this.#principal = principal;
    this.#judgements = judgements;
  }

  get owner(): Owner {
    const agent = findAgent(this.#judgements.documents.access, this.#principal);
    return (this.#owner ??= ownerOf(this.#principal, this.#role, agent));
  }

  get owners(): readonly Owner[] {
    return (this.#owners ??= this.#judgements.ownersOf(this.#principal));
  }

  reaches(owner: Owner): boolean {
    return reaches(this.owners, owner);
  }

  isHere(project: string, location: string): boolean {
    return location === this.location && this.#judgements.isProject(this.project, project);
  }

  may(target: CallTarget): boolean {
    return this.#judgements.decide(this.#principal, target, this.#at).allowed;
  }

  judgePlace(use: PlaceUse, uri: string): PlaceVerdict {
    return this.#judgements.judgePlace(this.#asMaker(), use, uri);
  }

  judgeTool(tool: ToolName, sources: readonly string[] = []): ToolVerdict {
    const { location } = this;
    return this.#judgements.judgeTool(this.#asMaker(), { tool, sources, location });
  }

  listDestinations(tool: ToolName, sources: readonly string[]): readonly string[] {
    return this.#judgements.listDestinations({ tool, sources, location: this.location });
  }

  maySendTo(destinations: readonly string[]): boolean {
    return this.#judgements.maySendTo(this.#principal, destinations);
  }

  #asMaker(): Principal {
    return (this.#maker ??= restrictToTeam(this.#principal, this.operation, this.owner));
  }
}

function resourceOf({ entry }: EntryRules, { resource }: CallTarget): AuthorizedCall['resource'] {
  if (resource.kind === 'any') return resource;
  return 'endpoint' in entry
    ? { kind: 'endpoint', endpoint: entry.endpoint }
    : { kind: 'model', publisher: entry.publisher, model: entry.model };
}
