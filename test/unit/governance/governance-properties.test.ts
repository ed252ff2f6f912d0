import fc from 'fast-check';
import type { CallTarget, Principal } from '../../../src/governance/call-target.ts';
import type { Agent, CatalogEntry, Deny, Grant, Residency } from '../../../src/governance/documents.ts';
import { jsonOf } from '../json-of.ts';
import { readTarget } from '../../../src/dialects/vertex-path.ts';
import { endpointEntry, governanceOf, modelEntry, type Rules } from './governance-of.ts';

const LOCATIONS = ['us-central1', 'europe-west1', 'europe-west4', 'global'];
const ROLES = ['Team', 'Other', 'Third', 'Agent'];
const AGENT_ID = '66666666-6666-4666-8666-666666666666';
const OPERATIONS = ['predict', 'generateContent', 'batchPredict', 'cacheContent', 'chatCompletions'] as const;
const ENTRIES: CatalogEntry[] = [
  endpointEntry({ alias: 'flowers', locations: LOCATIONS.slice(0, 2), tags: ['scoring'] }),
  modelEntry({ alias: 'fast', locations: LOCATIONS, operations: [...OPERATIONS], tags: ['chat'] }),
  modelEntry({
    name: 'pro',
    model: 'gemini-3.1-pro-preview',
    locations: LOCATIONS.slice(1),
    operations: [...OPERATIONS],
    tags: ['chat'],
    environments: ['sandbox'],
  }),
];

const some = <Value>(values: readonly Value[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
const scope = {
  roles: fc.subarray(ROLES, { minLength: 1 }),
  entries: some(['iris', 'flash', 'pro']),
  tags: some(['chat', 'scoring']),
  locations: some(LOCATIONS),
  operations: some(OPERATIONS),
};
const rule = fc.record(scope);

function withIds(kind: string, rules: readonly object[]) {
  return rules.map((one, index) => {
    const defined = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined));
    return { id: `${kind}-${index}`, reason: 'Because of the tests.', ...defined };
  });
}

const grants = fc.array(rule, { maxLength: 5 }).map((rules) => withIds('grant', rules) as Grant[]);
const denies = fc
  .array(fc.record({ ...scope, roles: some(ROLES) }), { maxLength: 2 })
  .map((rules) => withIds('deny', rules) as Deny[]);
const residency = fc
  .array(fc.record({ roles: scope.roles, locations: fc.subarray(LOCATIONS, { minLength: 1 }) }), {
    maxLength: 2,
  })
  .map((rules) => withIds('residency', rules) as Residency[]);
const agents = fc
  .array(fc.record({ roles: scope.roles }), { maxLength: 1 })
  .map((rules) => withIds('agent', rules).map((one) => ({ ...one, applicationId: AGENT_ID })) as Agent[]);
const roles = fc.constant(
  ROLES.map((name) => ({
    name,
    environment: name === 'Third' ? ('sandbox' as const) : ('production' as const),
    description: 'Tests.',
  })),
);
const anyRules: fc.Arbitrary<Rules> = fc.record({
  entries: fc.constant(ENTRIES),
  roles,
  grants,
  denies,
  residency,
  agents,
});

const principal: fc.Arbitrary<Principal> = fc.record({
  roles: fc.subarray([...ROLES, '__proto__', '*']),
  applicationId: fc.constantFrom(AGENT_ID, 'another', ''),
  isDelegated: fc.boolean(),
});
const location = fc.constantFrom(undefined, ...LOCATIONS, 'asia-east1', '__proto__', '');
const target: fc.Arbitrary<CallTarget> = fc.record({
  project: fc.constantFrom(undefined, 'sample-project', 'sample-project', 'other-project', ''),
  location,
  operation: fc.constantFrom(...OPERATIONS, 'constructor'),
  resource: fc.constantFrom<CallTarget['resource'][]>(
    { kind: 'endpoint', endpoint: '1234567890' },
    { kind: 'endpoint', endpoint: '__proto__' },
    { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' },
    { kind: 'model', publisher: 'google', model: 'gemini-3.1-pro-preview' },
    { kind: 'model', publisher: 'google', model: 'unknown' },
    { kind: 'name', name: 'fast' },
    { kind: 'name', name: 'constructor' },
  ),
});

function always(check: (rules: Rules, principal: Principal, target: CallTarget) => void): void {
  fc.assert(fc.property(anyRules, principal, target, check), { numRuns: 1000 });
}

test('without grants nothing is ever allowed', () => {
  always((rules, who, what) => {
    expect(governanceOf({ ...rules, grants: [] }).decide(who, what).allowed).toBe(false);
  });
});

test('without a role nothing is ever allowed', () => {
  always((rules, who, what) => {
    expect(governanceOf(rules).decide({ ...who, roles: [] }, what).allowed).toBe(false);
  });
});

test('what is allowed is covered by the catalog and by the grant that the decision names', () => {
  always((rules, who, what) => {
    const decision = governanceOf(rules).decide(who, what);
    if (!decision.allowed) return;
    const { call } = decision;
    const entry = governanceOf(rules).findEntry(what.resource);
    const granted = rules.grants.find(({ id }) => id === decision.rule.split('+')[0]);
    expect(call.project).toBe(entry?.project);
    expect(what.project ?? call.project).toBe(call.project);
    expect(what.location ?? call.location).toBe(call.location);
    expect(entry?.locations).toContain(call.location);
    expect(entry?.operations).toContain(what.operation);
    expect(granted?.locations ?? [call.location]).toContain(call.location);
    expect(granted?.operations ?? [what.operation]).toContain(what.operation);
    expect(granted?.roles.some((role) => who.roles.includes(role))).toBe(true);
    const isNamed = granted?.entries?.includes(entry?.name ?? '') ?? false;
    const isTagged = entry?.tags?.some((tag) => granted?.tags?.includes(tag)) ?? false;
    expect(isNamed || isTagged || (!granted?.entries && !granted?.tags)).toBe(true);
  });
});

test('one more deny never allows more', () => {
  fc.assert(
    fc.property(
      anyRules,
      fc.record({ ...scope, roles: some(ROLES) }),
      principal,
      target,
      (rules, deny, who, what) => {
        const added = withIds('added', [deny]) as Deny[];
        const more = governanceOf({ ...rules, denies: [...(rules.denies ?? []), ...added] });
        // A new deny can move a call without a location elsewhere. In each single location it can only refuse the call.
        for (const location of [what.location, ...LOCATIONS]) {
          const call = { ...what, location };
          if (more.decide(who, call).allowed)
            expect(governanceOf(rules).decide(who, call).allowed).toBe(true);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('one more residency rule never allows more', () => {
  always((rules, who, what) => {
    if (!governanceOf(rules).decide(who, what).allowed) return;
    expect(governanceOf({ ...rules, residency: [] }).decide(who, what).allowed).toBe(true);
  });
});

test('one more grant never shuts out a caller that was allowed', () => {
  fc.assert(
    fc.property(anyRules, rule, principal, target, (rules, grant, who, what) => {
      if (!governanceOf(rules).decide(who, what).allowed) return;
      const added = withIds('added', [grant]) as Grant[];
      const more = governanceOf({ ...rules, grants: [...added, ...rules.grants] });
      expect(more.decide(who, what).allowed).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('renaming an alias changes no decision, other than that the old name is unknown', () => {
  always((rules, who, what) => {
    const renamed = ENTRIES.map((entry) => (entry.alias ? { ...entry, alias: `${entry.alias}-new` } : entry));
    const { resource } = what;
    const called: CallTarget =
      resource.kind === 'name' ? { ...what, resource: { ...resource, name: `${resource.name}-new` } } : what;
    const before = governanceOf(rules).decide(who, what);
    const after = governanceOf({ ...rules, entries: renamed }).decide(who, called);
    expect({ ...after, call: undefined }).toEqual({ ...before, call: undefined });
    if (before.allowed && after.allowed) {
      expect([after.call.location, after.call.resource]).toEqual([
        before.call.location,
        before.call.resource,
      ]);
    }
  });
});

test('a residency is never crossed, also not by the short form or by an agent', () => {
  always((rules, who, what) => {
    const decision = governanceOf(rules).decide(who, what);
    if (!decision.allowed) return;
    const agent = who.isDelegated
      ? rules.agents?.find(({ applicationId }) => applicationId === who.applicationId)
      : undefined;
    const held = [...who.roles, ...(agent?.roles ?? [])];
    for (const { roles: kept, locations } of rules.residency ?? []) {
      if (kept.some((role) => held.includes(role))) expect(locations).toContain(decision.call.location);
    }
  });
});

test('an agent may do exactly what the person and the agent both may do there', () => {
  always((rules, who, what) => {
    const governance = governanceOf(rules);
    const agent = rules.agents?.find(({ applicationId }) => applicationId === who.applicationId);
    const alone = (held: readonly string[], location: string) =>
      governance.decide({ ...who, roles: held, isDelegated: false }, { ...what, location }).allowed;
    const both = (what.location === undefined ? LOCATIONS : [what.location]).some(
      (place) => agent !== undefined && alone(who.roles, place) && alone(agent.roles, place),
    );
    expect(governance.decide({ ...who, isDelegated: true }, what).allowed).toBe(both);
  });
});

test('the order of roles changes nothing about who is allowed', () => {
  always((rules, who, what) => {
    const governance = governanceOf(rules);
    const reversed = { ...who, roles: who.roles.toReversed() };
    expect(governance.decide(reversed, what).allowed).toBe(governance.decide(who, what).allowed);
  });
});

test('the decision on a model in a body is the one on the same model in a path', () => {
  const forms = {
    batchPredictionJobs: 'batchPredict',
    cachedContents: 'cacheContent',
    'endpoints/openapi/chat/completions': 'chatCompletions',
  };
  const models = ['gemini-3.5-flash', 'gemini-3.1-pro-preview', 'fast', 'flash', 'unknown'];
  fc.assert(
    fc.property(
      anyRules,
      principal,
      fc.constantFrom(...Object.entries(forms)),
      fc.constantFrom(...models),
      fc.constantFrom(...LOCATIONS, 'asia-east1'),
      (rules, who, [path, operation], model, where) => {
        const governance = governanceOf(rules);
        const parent = `projects/sample-project/locations/${where}`;
        const named: CallTarget = {
          project: 'sample-project',
          location: where,
          operation,
          resource: { kind: 'model', publisher: 'google', model },
        };
        const expected = { ...governance.decide(who, named), call: undefined };
        const names = [
          `google/${model}`,
          `publishers/google/models/${model}`,
          `${parent}/publishers/google/models/${model}`,
        ];
        for (const name of names) {
          const inBody = readTarget('POST', `v1/${parent}/${path}`, jsonOf({ model: name }));
          expect({ ...governance.decide(who, inBody), call: undefined }).toEqual(expected);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('every denial names a rule, a code and a whole sentence', () => {
  always((rules, who, what) => {
    const decision = governanceOf(rules).decide(who, what);
    if (decision.allowed) return;
    const ids = [rules.grants, rules.denies, rules.residency, rules.agents].flatMap((list) =>
      (list ?? []).map(({ id }) => id),
    );
    expect(['catalog', 'default-deny', 'agents', ...ids]).toContain(decision.rule);
    expect(decision.reason).toMatch(/^[^ ].*[^ ,]\.$/);
    expect(decision.reason).not.toMatch(/undefined|\bin only\b|\bfor only\b|forbidden/);
  });
});
