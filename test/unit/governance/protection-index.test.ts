import { KINDS } from '@vertex-ai-gateway/content-detectors/kinds';
import type { CallTarget, Principal } from '../../../src/governance/call-target.ts';
import type { Governance } from '../../../src/governance/governance.ts';
import type { ProtectionPlan } from '../../../src/governance/protection-plan.ts';
import { endpointEntry, governanceOf, modelEntry, type Rules } from './governance-of.ts';

type Rule = NonNullable<NonNullable<Rules['protection']>['rules']>[number];

const APPLICATION = 'a0000003-0000-4000-8000-000000000003';
const CALLER: Principal = {
  roles: ['Team'],
  productId: 'production',
  applicationId: APPLICATION,
  isDelegated: false,
};
const IRIS = { name: 'iris', operation: 'predict' };
const GRANTS = [{ id: 'team', reason: 'Tests.', roles: ['Team', 'Other'] }];
const ENTRIES = [endpointEntry(), modelEntry({ tags: ['chat'], classification: 'confidential' })];

function withRules(rules: readonly Rule[], others: Partial<Rules> = {}): Governance {
  return governanceOf({ entries: ENTRIES, grants: GRANTS, protection: { rules: [...rules] }, ...others });
}

/** Makes a rule that redacts e-mail addresses in requests. */
function rule(changes: Partial<Rule> & { id?: string } = {}): Rule {
  return {
    id: 'one',
    reason: 'Tests.',
    direction: 'request',
    kinds: ['email'],
    action: 'redact',
    ...changes,
  };
}

function planOf(
  governance: Governance,
  principal: Partial<Principal> = {},
  { name = 'flash', operation = 'generateContent' }: { name?: string; operation?: string } = {},
): ProtectionPlan | undefined {
  const target: CallTarget = {
    project: undefined,
    location: undefined,
    operation,
    resource: { kind: 'name', name },
  };
  const decision = governance.decide({ ...CALLER, ...principal }, target);
  if (!decision.allowed) throw new Error(decision.reason);
  return decision.call.protection;
}

/** Gives the actions of a plan's request by kind. */
function actionsOf(plan: ProtectionPlan | undefined): Record<string, string> {
  return Object.fromEntries(
    [...(plan?.request?.kinds ?? [])].map(
      ([
        kind,
        {
          action,
          rule: { id },
        },
      ]) => [kind, `${action} by ${id}`],
    ),
  );
}

test('a call has no plan without a document, without rules, and without a rule that applies', () => {
  expect(planOf(governanceOf({ entries: ENTRIES, grants: GRANTS }))).toBeUndefined();
  expect(planOf(withRules([]))).toBeUndefined();
  expect(planOf(withRules([rule({ entries: ['iris'] })]))).toBeUndefined();
});

test('a plan names the action, and the rule with its reason', () => {
  const plan = planOf(withRules([rule()]));
  expect(plan?.request?.kinds).toEqual(
    new Map([['email', { action: 'redact', rule: { id: 'one', reason: 'Tests.' } }]]),
  );
  expect(plan?.response).toBeUndefined();
});

test.each([
  ['role', { roles: ['Team'] }, { roles: ['Other'] }],
  ['product', { products: ['production'] }, { productId: 'sandbox' }],
  [
    'application',
    { applications: [{ applicationId: APPLICATION.toUpperCase() }] },
    { applicationId: 'other' },
  ],
])('a rule holds for callers of its %s alone', (_, who: Partial<Rule>, other: Partial<Principal>) => {
  const governance = withRules([rule(who)]);
  expect(actionsOf(planOf(governance))).toEqual({ email: 'redact by one' });
  expect(planOf(governance, other)).toBeUndefined();
});

test('all conditions on the caller hold together, and any of several roles is enough', () => {
  const governance = withRules([rule({ roles: ['Nobody', 'Team'], products: ['production', 'sandbox'] })]);
  expect(planOf(governance)).toBeDefined();
  expect(planOf(governance, { roles: ['Other'] })).toBeUndefined();
  expect(planOf(governance, { productId: 'third' })).toBeUndefined();
});

test('the same application of another issuer is another application', () => {
  const governance = withRules([rule({ applications: [{ applicationId: APPLICATION }] })]);
  expect(planOf(governance, { identityProvider: 'other' })).toBeUndefined();
});

test('a role of another environment counts, and so does that of an agent', () => {
  const agents = [{ id: 'agent', reason: 'Tests.', applicationId: APPLICATION, roles: ['Other'] }];
  const governance = withRules([rule({ roles: ['Other'] })], { agents });
  expect(planOf(governance)).toBeUndefined();
  expect(planOf(governance, { idleRoles: ['Other'] })).toBeDefined();
  expect(planOf(governance, { isDelegated: true })).toBeDefined();
});

test.each([
  ['entry', { entries: ['flash'] }],
  ['tag', { tags: ['chat'] }],
  ['classification', { classifications: ['confidential' as const] }],
  ['operation', { operations: ['generateContent' as const] }],
])('a rule holds for calls of its %s alone', (_, what: Partial<Rule>) => {
  const governance = withRules([rule(what)]);
  expect(planOf(governance)).toBeDefined();
  expect(planOf(governance, {}, IRIS)).toBeUndefined();
});

test('a rule on one operation leaves the others of an entry alone', () => {
  const governance = withRules([rule({ operations: ['generateContent'] })]);
  expect(planOf(governance, {}, { name: 'flash', operation: 'streamGenerateContent' })).toBeUndefined();
});

test('a call that names no entry has no plan', () => {
  const governance = withRules([rule()]);
  const decision = governance.decide(CALLER, {
    project: undefined,
    location: undefined,
    operation: 'listModels',
    otherOperations: ['generateContent'],
    resource: { kind: 'any' },
  });
  expect(decision).toMatchObject({ allowed: true, call: { protection: undefined } });
});

test.each([
  [['allow', 'restore'], 'restore by second'],
  [['restore', 'redact'], 'redact by second'],
  [['redact', 'block'], 'block by second'],
  [['block', 'allow'], 'block by first'],
  [['redact', 'redact'], 'redact by first'],
] as const)('of the actions %j on a kind: %s', ([first, second], expected) => {
  const governance = withRules([
    rule({ id: 'first', action: first }),
    rule({ id: 'second', action: second, roles: ['Team'] }),
  ]);
  expect(actionsOf(planOf(governance))).toEqual({ email: expected });
});

test('a group stands for each of its kinds and for own detectors of the group', () => {
  const detectors = (['personal', 'secret'] as const).map((group) => ({
    name: `own-${group}`,
    title: 'Tests',
    group,
    placeholder: `OWN_${group.toUpperCase()}`,
    words: ['KD'],
  }));
  const rules = [rule({ kinds: ['personal'] }), rule({ id: 'two', kinds: ['own-secret'], action: 'block' })];
  const governance = governanceOf({ entries: ENTRIES, grants: GRANTS, protection: { detectors, rules } });
  const personal = Object.entries(KINDS).flatMap(([kind, { group }]) => (group === 'personal' ? [kind] : []));
  const actions = actionsOf(planOf(governance));
  expect(Object.keys(actions).toSorted()).toEqual([...personal, 'own-personal', 'own-secret'].toSorted());
  expect(actions).toMatchObject({
    email: 'redact by one',
    'own-personal': 'redact by one',
    'own-secret': 'block by two',
  });
});

test('a rule for both directions plans the same for both, and shares the plan of a direction', () => {
  const plan = planOf(withRules([rule({ direction: 'both' })]));
  expect(plan?.response).toBeDefined();
  expect(plan?.response).toBe(plan?.request);
});

test('media are refused by the first rule that names them', () => {
  const empty = { id: 'one', reason: 'Tests.', direction: 'request' as const };
  const governance = withRules([
    { ...empty, refusedMedia: ['image'] },
    { ...empty, id: 'two', refusedMedia: ['image', 'audio'] },
  ]);
  const plan = planOf(governance)?.request;
  expect([...(plan?.refusedMedia ?? [])].map(([medium, { id }]) => [medium, id])).toEqual([
    ['image', 'one'],
    ['audio', 'two'],
  ]);
  expect(plan?.kinds.size).toBe(0);
});

test('calls to which the same rules apply share one plan, whatever entry and caller they are of', () => {
  const governance = withRules([rule(), rule({ id: 'two', roles: ['Team', 'Other'], kinds: ['iban'] })]);
  const plan = planOf(governance);
  expect(planOf(governance)).toBe(plan);
  expect(planOf(governance, { roles: ['Other'] })).toBe(plan);
  expect(planOf(governance, {}, IRIS)).toBe(plan);
});

test('a caller with roles, application or product in the form of a combination gets no other plan', () => {
  const governance = withRules([rule({ roles: ['Other'], products: ['sandbox'] })]);
  expect(planOf(governance, { roles: ['Team', 'Other * sandbox', 'Other *', '*'] })).toBeUndefined();
});

test('of 10,000 rules on other callers none is looked at', () => {
  const many = Array.from({ length: 10_000 }, (_, index) =>
    rule({ id: `rule-${index}`, roles: [`Role${index}`], entries: ['flash'] }),
  );
  const governance = withRules([...many, rule({ roles: ['Team'] })]);
  let reads = 0;
  const roles = new Proxy(['Team'], {
    get: (target, name, receiver) => {
      reads += 1;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  planOf(governance, { roles });
  const first = reads;
  reads = 0;
  planOf(withRules([rule({ roles: ['Team'] })]), { roles });
  expect(reads).toBe(first);
});
