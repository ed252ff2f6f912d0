import { KINDS } from '@vertex-ai-gateway/content-detectors/kinds';
import type { Principal } from './call-target.ts';
import type { Access, CatalogEntry } from './documents.ts';
import { agentKeyOf, findAgent } from './principals.ts';
import type { OwnDetector, Protection, ProtectionRule, Service } from './protection-document.ts';
import {
  type DirectionPlan,
  type Medium,
  type PlannedAction,
  type PlannedService,
  PROTECTION_ACTIONS,
  type ProtectingRule,
  type ProtectionPlan,
} from './protection-plan.ts';
import { isScreenedInside } from './screened-inside.ts';
import { findRulesOf } from './rule-index.ts';

/** The protection rules, indexed so that the plan of a call does not take longer with more rules. */
export interface ProtectionIndex {
  /** Finds the plan of a call; undefined for a call to which no rule applies. Equal sets of rules have the same plan. */
  readonly planOf: (
    principal: Principal,
    entry: CatalogEntry,
    operation: string,
  ) => ProtectionPlan | undefined;
}

/** The rules for one operation of one entry, by the callers to whom they apply. */
interface OperationRules {
  /** The places of rules in the document, by each combination of role, application and product that they apply to. */
  readonly byCaller: ReadonlyMap<string, readonly number[]>;
  /** The plans by the combinations that a caller has. */
  readonly plans: Map<string, ProtectionPlan>;
}

/** The part of a combination that a rule leaves open. */
const ANY = '*';
const NONE: OperationRules = { byCaller: new Map(), plans: new Map() };

/** Indexes the rules of a document that has been checked. */
export function indexProtection(protection: Protection | undefined, access: Access): ProtectionIndex {
  if (!protection || protection.rules.length === 0) return { planOf: () => undefined };
  const { rules } = protection;
  const plan = createPlanner(protection);
  const rulesOn = findRulesOf(rules.map((rule, place) => ({ ...rule, place })));
  const byEntry = new Map<string, Map<string, OperationRules>>();
  const rulesOf = (entry: CatalogEntry, operation: string): OperationRules => {
    const ofEntry = byEntry.get(entry.name) ?? new Map<string, OperationRules>();
    byEntry.set(entry.name, ofEntry);
    const known = ofEntry.get(operation);
    if (known) return known;
    const found = rulesOn(entry).filter((rule) => coversCalls(rule, entry, operation));
    const ofOperation = found.length === 0 ? NONE : indexByCaller(found, access);
    // Only operations of the catalog are kept, so that what callers ask for takes no memory.
    if (entry.operations.some((one) => one === operation)) ofEntry.set(operation, ofOperation);
    return ofOperation;
  };
  return {
    planOf: (principal, entry, operation) => {
      const { byCaller, plans } = rulesOf(entry, operation);
      if (byCaller.size === 0) return undefined;
      const matching = combinationsOf(principal, access).filter((combination) => byCaller.has(combination));
      if (matching.length === 0) return undefined;
      const key = matching.sort().join('\n');
      const known = plans.get(key);
      if (known) return known;
      const found = plan(matching.flatMap((combination) => byCaller.get(combination) ?? []));
      plans.set(key, found);
      return found;
    },
  };
}

/** True if a rule that covers an entry by name or tag holds for one of its operations. */
export function coversCalls(
  { classifications, operations }: ProtectionRule,
  { classification }: Pick<CatalogEntry, 'classification'>,
  operation: string,
): boolean {
  return (
    (classifications?.includes(classification) ?? true) &&
    (operations?.some((one) => one === operation) ?? true)
  );
}

function indexByCaller(
  rules: readonly (ProtectionRule & { readonly place: number })[],
  access: Access,
): OperationRules {
  const byCaller = new Map<string, number[]>();
  for (const { place, roles, applications, products } of rules) {
    const keys = applications?.map((application) => agentKeyOf(access, application));
    for (const role of roles ?? [ANY])
      for (const application of keys ?? [ANY])
        for (const product of products ?? [ANY]) {
          const combination = nameCombination(role, application, product);
          const places = byCaller.get(combination) ?? [];
          byCaller.set(combination, places);
          places.push(place);
        }
  }
  return { byCaller, plans: new Map() };
}

/**
 * Lists the combinations that a caller has. All roles count, those of another environment and those of an agent too, so
 * that no other key and no agent lifts a rule.
 */
function combinationsOf(principal: Principal, access: Access): string[] {
  const { roles, idleRoles = [], productId, isDelegated } = principal;
  const agent = isDelegated ? findAgent(access, principal) : undefined;
  const all = new Set([ANY, ...roles, ...idleRoles, ...(agent?.roles ?? [])]);
  const applications = [ANY, agentKeyOf(access, principal)];
  const products = productId === undefined ? [ANY] : [ANY, productId];
  const combinations: string[] = [];
  for (const role of all)
    for (const application of applications)
      for (const product of products) combinations.push(nameCombination(role, application, product));
  return combinations;
}

function nameCombination(role: string, application: string, product: string): string {
  return `${role} ${application} ${product}`;
}

/** Creates a function that plans the actions of the rules at these places, with one plan for each set of rules. */
function createPlanner({
  rules,
  detectors,
  services,
}: Protection): (places: readonly number[]) => ProtectionPlan {
  const plans = new Map<string, ProtectionPlan>();
  const directionPlans = new Map<string, DirectionPlan>();
  const planDirection = (
    places: readonly number[],
    direction: 'request' | 'response',
  ): DirectionPlan | undefined => {
    const applying = places.filter((place) => [direction, 'both'].includes(rules[place]?.direction ?? ''));
    if (applying.length === 0) return undefined;
    // The rules are the same in both directions where they are, and then so is what is made of their plan.
    const key = applying.join(' ');
    const planned =
      directionPlans.get(key) ??
      planActions(
        applying.flatMap((place) => rules[place] ?? []),
        { detectors, services },
      );
    directionPlans.set(key, planned);
    return planned;
  };
  return (unordered) => {
    const places = [...new Set(unordered)].toSorted((one, other) => one - other);
    const key = places.join(' ');
    const plan = plans.get(key) ?? {
      request: planDirection(places, 'request'),
      response: planDirection(places, 'response'),
    };
    plans.set(key, plan);
    return plan;
  };
}

/** Plans the strictest action of each kind; of rules that are equally strict, the first of the document decides. */
function planActions(
  rules: readonly ProtectionRule[],
  { detectors, services }: Pick<Protection, 'detectors' | 'services'>,
): DirectionPlan {
  const kinds = new Map<string, PlannedAction>();
  const refusedMedia = new Map<Medium, ProtectingRule>();
  for (const { id, reason, kinds: named = [], action, refusedMedia: media = [] } of rules) {
    const rule = { id, reason };
    for (const medium of media) if (!refusedMedia.has(medium)) refusedMedia.set(medium, rule);
    if (action === undefined) continue;
    for (const kind of expandKinds(named, detectors)) {
      const planned = kinds.get(kind);
      if (!planned || strictnessOf(action) > strictnessOf(planned.action)) kinds.set(kind, { action, rule });
    }
  }
  return { kinds, refusedMedia, services: services.flatMap((service) => planService(service, rules)) };
}

/** Plans the strictest action of the rules that ask a service. It is required if one of them requires it. */
function planService(
  { name, type, resources, categories }: Service,
  rules: readonly ProtectionRule[],
): PlannedService[] {
  const asking = rules.filter(({ services }) => services?.includes(name));
  const [strictest] = asking.toSorted((one, other) => actionOf(other) - actionOf(one));
  if (!strictest?.action) return [];
  const { id, reason, action } = strictest;
  return [
    {
      name,
      type,
      resources: new Map(Object.entries(resources)),
      categories,
      action,
      rule: { id, reason },
      isInside: (call) => isScreenedInside({ type, action }, call),
      isRequired: asking.some(({ fail = 'closed' }) => fail === 'closed'),
    },
  ];
}

function actionOf({ action = 'allow' }: ProtectionRule): number {
  return strictnessOf(action);
}

function strictnessOf(action: PlannedAction['action']): number {
  return PROTECTION_ACTIONS.indexOf(action);
}

/** Lists the kinds that a rule names, those of the groups that it names included. */
function expandKinds(named: readonly string[], detectors: readonly OwnDetector[]): string[] {
  const all = [
    ...Object.entries(KINDS).map(([kind, { group }]) => ({ kind, group })),
    ...detectors.map(({ name: kind, group }) => ({ kind, group })),
  ];
  return all
    .filter(({ kind, group }) => named.includes(kind) || named.includes(group))
    .map(({ kind }) => kind);
}
