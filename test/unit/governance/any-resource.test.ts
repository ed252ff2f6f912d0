import fc from 'fast-check';
import type { CallTarget, Principal } from '../../../src/governance/call-target.ts';
import { explain } from '../../../src/governance/explain.ts';
import type { CatalogEntry, Deny, Grant, Residency } from '../../../src/governance/documents.ts';
import { endpointEntry, governanceOf, modelEntry, type Rules } from './governance-of.ts';

const LOCATIONS = ['us-central1', 'europe-west4'];
const ROLES = ['Team', 'Other', 'Third', 'Agent'];
const AGENT_ID = '66666666-6666-4666-8666-666666666666';
const OPERATIONS = ['generateContent', 'batchPredict', 'cacheContent'] as const;
const ENTRIES: CatalogEntry[] = [
  endpointEntry({ locations: LOCATIONS, operations: ['predict', 'batchPredict'] }),
  modelEntry({ alias: 'fast', locations: LOCATIONS, operations: [...OPERATIONS] }),
  modelEntry({ name: 'pro', model: 'pro-1', locations: LOCATIONS.slice(1), operations: [...OPERATIONS] }),
  modelEntry({
    name: 'claude',
    publisher: 'anthropic',
    model: 'claude-1@1',
    locations: LOCATIONS.slice(0, 1),
    operations: ['rawPredict'],
  }),
  modelEntry({ name: 'far', model: 'far-1', project: 'other-project', operations: ['batchPredict'] }),
];
const NAMES = ENTRIES.map(({ name }) => name);

const some = <Value>(values: readonly Value[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
const scope = {
  roles: fc.subarray(ROLES, { minLength: 1 }),
  entries: fc.subarray(NAMES, { minLength: 1 }),
  locations: some(LOCATIONS),
  operations: some([...OPERATIONS, 'predict', 'rawPredict'] as const),
};

function withIds(kind: string, rules: readonly object[]) {
  return rules.map((one, index) => {
    const defined = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined));
    return { id: `${kind}-${index}`, reason: 'Because of the tests.', ...defined };
  });
}

const denies = fc
  .array(fc.record({ ...scope, roles: some(ROLES), entries: some(NAMES) }), { maxLength: 2 })
  .map((rules) => withIds('deny', rules) as Deny[]);
const anyRules: fc.Arbitrary<Rules> = fc.record({
  entries: fc.constant(ENTRIES),
  roles: fc.constant(
    ROLES.map((name) => ({ name, environment: 'production' as const, description: 'Tests.' })),
  ),
  grants: fc.array(fc.record(scope), { maxLength: 4 }).map((rules) => withIds('grant', rules) as Grant[]),
  denies,
  residency: fc
    .array(fc.record({ roles: scope.roles, locations: fc.subarray(LOCATIONS, { minLength: 1 }) }), {
      maxLength: 1,
    })
    .map((rules) => withIds('residency', rules) as Residency[]),
  agents: fc.constant([{ id: 'agent', reason: 'Tests.', applicationId: AGENT_ID, roles: ['Agent'] }]),
});
const anyPrincipal: fc.Arbitrary<Principal> = fc.record({
  roles: fc.subarray(ROLES),
  applicationId: fc.constantFrom(AGENT_ID, 'another'),
  isDelegated: fc.boolean(),
});
const anyTarget: fc.Arbitrary<CallTarget> = fc.record({
  project: fc.constantFrom(undefined, 'sample-project', 'other-project', 'no-project', '123456789012'),
  location: fc.constantFrom(undefined, ...LOCATIONS, 'asia-east1'),
  operation: fc.constantFrom('batchPredict', 'cacheContent', 'listModels', 'getModel'),
  resource: fc.constantFrom<CallTarget['resource'][]>(
    { kind: 'any' },
    { kind: 'any', publisher: 'google' },
    { kind: 'any', publisher: 'anthropic' },
    { kind: 'any', publisher: 'meta' },
    { kind: 'any', publisher: '__proto__' },
  ),
});

function always(check: (rules: Rules, principal: Principal, target: CallTarget) => void): void {
  fc.assert(fc.property(anyRules, anyPrincipal, anyTarget, check), { numRuns: 1000 });
}

const READS = ['listModels', 'getModel'];

/** Lists the calls on a named entry that a call on any entry stands for, in the catalog's order. */
function standsFor({ project, location, operation, resource }: CallTarget): CallTarget[] {
  if (resource.kind !== 'any') throw new Error('names something');
  const { publisher } = resource;
  return ENTRIES.filter((entry) => project === undefined || entry.project === project)
    .filter((entry) => publisher === undefined || ('publisher' in entry && entry.publisher === publisher))
    .flatMap((entry) =>
      (READS.includes(operation) ? entry.operations : [operation]).flatMap((one) =>
        (location === undefined ? entry.locations : [location]).map((place) => ({
          project: entry.project,
          location: place,
          operation: one,
          resource: { kind: 'name' as const, name: entry.name },
        })),
      ),
    );
}

test('a call on nothing in particular is allowed exactly where one on something is, by that one’s rule', () => {
  always((rules, who, what) => {
    const governance = governanceOf(rules);
    const decision = governance.decide(who, what);
    const allowed = standsFor(what)
      .map((one) => governance.decide(who, one))
      .filter((one) => one.allowed);
    expect(decision.allowed).toBe(allowed.length > 0);
    if (!decision.allowed) return;
    expect(allowed.map(({ rule }) => rule)).toContain(decision.rule);
    const { call } = decision;
    expect(call.resource).toEqual(what.resource);
    expect(what.project ?? call.project).toBe(call.project);
    expect(what.location ?? call.location).toBe(call.location);
    expect(who.roles.map((role) => role.toLowerCase())).toContain(call.owner.team);
  });
});

test('without grants or roles nothing is allowed', () => {
  always((rules, who, what) => {
    expect(governanceOf({ ...rules, grants: [] }).decide(who, what).allowed).toBe(false);
    expect(governanceOf(rules).decide({ ...who, roles: [] }, what).allowed).toBe(false);
  });
});

test('one more deny never allows more', () => {
  fc.assert(
    fc.property(anyRules, denies, anyPrincipal, anyTarget, (rules, added, who, what) => {
      const more = governanceOf({ ...rules, denies: [...(rules.denies ?? []), ...added] });
      if (more.decide(who, what).allowed) expect(governanceOf(rules).decide(who, what).allowed).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a residency is never crossed', () => {
  always((rules, who, what) => {
    const decision = governanceOf(rules).decide(who, what);
    if (!decision.allowed) return;
    const held = [...who.roles, ...(who.isDelegated ? ['Agent'] : [])];
    for (const { roles, locations } of rules.residency ?? [])
      if (roles.some((role) => held.includes(role))) expect(locations).toContain(decision.call.location);
  });
});

test('an explanation decides as the decision does, and a denied one says what is missing', () => {
  always((rules, who, what) => {
    const governance = governanceOf(rules);
    const { allowed, rule, reason, missing } = explain(governance, who, what, 'product');
    const decision = governance.decide(who, what);
    expect([allowed, rule, reason]).toEqual([decision.allowed, decision.rule, decision.reason]);
    expect((missing ?? []).length > 0).toBe(!allowed);
  });
});

function decide(grants: readonly Partial<Grant>[], target: Partial<CallTarget>, rules: Partial<Rules> = {}) {
  const full = grants.map((grant, index) => ({
    id: `grant-${index}`,
    reason: 'Tests.',
    roles: ['Team'],
    ...grant,
  }));
  const governance = governanceOf({ entries: ENTRIES, grants: full, ...rules });
  const what: CallTarget = {
    project: 'sample-project',
    location: 'us-central1',
    operation: 'batchPredict',
    resource: { kind: 'any' },
    ...target,
  };
  const who = { roles: ['Team'], applicationId: '', isDelegated: false };
  return { decision: governance.decide(who, what), explanation: explain(governance, who, what, '') };
}

test('a model may be read about by whoever may use it by any operation', () => {
  const resource = { kind: 'model', publisher: 'google', model: 'fast' } as const;
  const reading = { operation: 'getModel', resource };
  const { decision } = decide([{ entries: ['flash'], operations: ['cacheContent'] }], reading);
  expect(decision).toMatchObject({
    allowed: true,
    rule: 'grant-0',
    call: { owner: { team: 'team' }, resource: { model: 'gemini-3.5-flash' } },
  });
  expect(decide([{ entries: ['pro'] }], reading).decision).toMatchObject({ code: 'NOT_GRANTED' });
});

test('a denial names the nearest grant of whatever the call could have meant', () => {
  const { decision, explanation } = decide(
    [
      { roles: ['Far'], entries: ['flash'], operations: ['generateContent'] },
      { roles: ['Near'], entries: ['iris'], operations: ['batchPredict'] },
    ],
    {},
  );
  expect(decision).toMatchObject({ allowed: false, code: 'NOT_GRANTED' });
  expect(explanation).toMatchObject({
    nearestGrant: { id: 'grant-1', roles: ['Near'] },
    missing: ['Your application needs the role Near.'],
  });
});

test('a rule that lets nobody past is told only where nothing else is in the way', () => {
  const deny = { id: 'no', reason: 'Never.', entries: ['iris'], operations: ['batchPredict' as const] };
  expect(decide([], {}, { denies: [deny] }).decision).toMatchObject({ code: 'NOT_GRANTED' });
  expect(
    decide([], {}, { denies: [{ id: 'no', reason: 'Never.', operations: ['batchPredict'] }] }).decision,
  ).toMatchObject({ code: 'DENIED_BY_RULE' });
});

test('a publisher or a project that the catalog doesn’t have is told so', () => {
  const listing = { operation: 'listModels', resource: { kind: 'any', publisher: 'meta' } } as const;
  const { decision, explanation } = decide([{ entries: ['flash'] }], listing);
  expect(decision).toMatchObject({ rule: 'catalog', code: 'MODEL_NOT_FOUND' });
  expect(explanation.missing).toEqual(['You may use no model or endpoint of meta.']);
});

test('a project’s number stands for its id where the catalog has it', () => {
  const entries = [modelEntry()];
  const grants = [{ id: 'team', reason: 'Tests.', roles: ['Team'], entries: ['flash'] }];
  const projects = [{ id: 'sample-project', number: '123456789012' }];
  const who = { roles: ['Team'], applicationId: '', isDelegated: false };
  const ask = (project: string, known: typeof projects) =>
    governanceOf({ entries, projects: known, grants }).decide(who, {
      project,
      location: 'us-central1',
      operation: 'generateContent',
      resource: { kind: 'name', name: 'flash' },
    });
  expect(ask('123456789012', projects)).toMatchObject({ allowed: true, call: { project: 'sample-project' } });
  expect(ask('123456789012', [])).toMatchObject({ code: 'MODEL_NOT_FOUND' });
  expect(ask('999999999999', projects)).toMatchObject({ code: 'MODEL_NOT_FOUND' });
});
