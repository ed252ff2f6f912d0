import fc from 'fast-check';
import type { CallTarget, Principal } from '../../../src/governance/call-target.ts';
import { explain, type Explanation } from '../../../src/governance/explain.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createGovernance, type GovernanceDocuments } from '../../../src/governance/governance.ts';

const AGENT_ID = 'a0000006-0000-4000-8000-000000000006';
const DOCUMENTS: GovernanceDocuments = {
  catalog: {
    entries: [
      {
        name: 'iris',
        endpoint: '42',
        environments: ['production'],
        project: 'sample-project',
        locations: ['us-central1'],
        operations: ['predict'],
        classification: 'internal',
      },
      {
        name: 'flash',
        alias: 'fast',
        publisher: 'google',
        model: 'gemini-3.5-flash',
        environments: ['sandbox', 'production'],
        project: 'sample-project',
        locations: ['us-central1', 'europe-west1', 'europe-west4'],
        operations: ['generateContent', 'countTokens', 'batchPredict'],
        tags: ['chat'],
        classification: 'internal',
      },
    ],
  },
  access: {
    identityProviders: [{ id: 'entra', type: 'entra', tenantId: '{{tenant-id}}', audiences: ['api://x'] }],
    roles: [
      { name: 'Sandbox.Use', environment: 'sandbox', description: 'Tries out.' },
      { name: 'Europe.Use', environment: 'production', description: 'Works in Europe.' },
      { name: 'World.Use', environment: 'production', description: 'Works everywhere.' },
      { name: 'Score.Use', environment: 'production', description: 'Scores.' },
    ],
    grants: [
      {
        id: 'sandbox',
        reason: 'Developers try out.',
        roles: ['Sandbox.Use'],
        entries: ['flash'],
        locations: ['us-central1'],
        operations: ['generateContent'],
      },
      { id: 'chat', reason: 'Teams chat.', roles: ['Europe.Use', 'World.Use'], tags: ['chat'] },
      { id: 'score', reason: 'Flowers are scored.', roles: ['Score.Use', 'Sandbox.Use'], entries: ['iris'] },
    ],
    denies: [{ id: 'no-batches', reason: 'Batches cost too much.', operations: ['batchPredict'] }],
    residency: [
      {
        id: 'eu-only',
        reason: 'The data stays in Europe.',
        roles: ['Europe.Use'],
        locations: ['europe-west1', 'europe-west4'],
      },
    ],
    contents: [],
    storage: [],
    tools: [],
    agents: [{ id: 'helper', reason: 'It only scores.', applicationId: AGENT_ID, roles: ['Score.Use'] }],
  },
  limits: {
    products: [
      {
        id: 'production',
        displayName: 'Production',
        description: 'Serves.',
        environment: 'production',
        callsPerMinute: 600,
        concurrentStreams: 3,
      },
    ],
    roles: [
      { role: 'World.Use', callsPerDay: 1000 },
      { role: 'Score.Use', callsPerDay: 10 },
    ],
    entries: [{ entry: 'flash', tokensPerMinute: 5000 }],
  },
};
const governance = createGovernance(DOCUMENTS, 'version', createSchemaCompiler());

const FLASH: CallTarget = {
  project: 'sample-project',
  location: 'us-central1',
  operation: 'generateContent',
  resource: { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' },
};
const IRIS: CallTarget = {
  ...FLASH,
  operation: 'predict',
  resource: { kind: 'endpoint', endpoint: '42' },
};

function callerWith(...roles: string[]): Principal {
  return { roles, applicationId: 'some-application', isDelegated: false };
}

function explained(principal: Principal, target: CallTarget = FLASH): Explanation {
  return explain(governance, principal, target, 'production');
}

test('an allowed call has its rule, its place, its entry and its limits', () => {
  expect(explained(callerWith('World.Use'))).toEqual({
    allowed: true,
    rule: 'chat',
    reason: 'Teams chat.',
    policyVersion: 'version',
    project: 'sample-project',
    location: 'us-central1',
    entry: 'flash',
    limits: [
      { scope: 'product', name: 'production', callsPerMinute: 600, concurrentStreams: 3 },
      { scope: 'role', name: 'World.Use', callsPerDay: 1000 },
      { scope: 'entry', name: 'flash', tokensPerMinute: 5000 },
    ],
    storage: { inputs: [], outputs: [] },
    tools: { use: [], reach: {} },
  });
});

test('the short form has the location that would serve it', () => {
  const target = { ...FLASH, project: undefined, location: undefined };
  expect(explained(callerWith('Europe.Use'), target)).toMatchObject({
    allowed: true,
    location: 'europe-west1',
  });
});

test('an alias has the name of its entry', () => {
  const target: CallTarget = { ...FLASH, resource: { kind: 'model', publisher: 'google', model: 'fast' } };
  expect(explained(callerWith('World.Use'), target).entry).toBe('flash');
});

test('a caller without a role is told the ones that are enough here', () => {
  expect(explained(callerWith())).toMatchObject({
    allowed: false,
    rule: 'default-deny',
    code: 'NOT_GRANTED',
    nearestGrant: { id: 'sandbox', locations: ['us-central1'], operations: ['generateContent'] },
    missing: ['Your application needs the role Sandbox.Use or World.Use.'],
  });
});

test('a role that residency keeps elsewhere is not recommended', () => {
  const target: CallTarget = { ...FLASH, operation: 'countTokens' };
  expect(explained(callerWith(), target).missing).toEqual(['Your application needs the role World.Use.']);
});

test('a role whose environment does not reach the entry is not recommended', () => {
  expect(explained(callerWith('Sandbox.Use'), IRIS).missing).toEqual([
    'Your application needs the role Score.Use.',
  ]);
});

test('residency is explained with where the same call is allowed', () => {
  expect(explained(callerWith('Europe.Use'))).toMatchObject({
    rule: 'eu-only',
    nearestGrant: { id: 'chat' },
    missing: [
      'The rule eu-only keeps holders of Europe.Use in europe-west1 and europe-west4. The data stays in Europe.',
      'The same call is allowed in europe-west1 and europe-west4.',
    ],
  });
});

test('a grant of fewer locations and operations says which it covers', () => {
  const target: CallTarget = { ...FLASH, location: 'europe-west1', operation: 'countTokens' };
  expect(explained(callerWith('Sandbox.Use'), target)).toMatchObject({
    nearestGrant: { id: 'sandbox' },
    missing: ['The grant sandbox covers us-central1 only.', 'The grant sandbox covers generateContent only.'],
  });
  expect(explained(callerWith('Sandbox.Use'), { ...FLASH, location: 'europe-west1' }).missing).toEqual([
    'The grant sandbox covers us-central1 only.',
    'The same call is allowed in us-central1.',
  ]);
});

test('an explicit deny is explained as one that no grant overcomes', () => {
  expect(explained(callerWith('World.Use'), { ...FLASH, operation: 'batchPredict' }).missing).toEqual([
    'The rule no-batches forbids it, whatever is granted. Batches cost too much.',
  ]);
});

test('what the catalog does not offer is explained with what it does', () => {
  const target: CallTarget = { ...FLASH, location: 'asia-east1', operation: 'explain' };
  expect(explained(callerWith('World.Use'), target).missing).toEqual([
    'flash is offered in us-central1, europe-west1 and europe-west4, not in asia-east1.',
    'flash is offered for generateContent, countTokens and batchPredict, not for explain.',
  ]);
});

test('an agent is told whether the person or the agent lacks a role', () => {
  const agent = (...roles: string[]): Principal => ({ roles, applicationId: AGENT_ID, isDelegated: true });
  expect(explained(agent('Score.Use'), IRIS)).toMatchObject({ allowed: true, rule: 'score+helper' });
  expect(explained(agent('World.Use'))).toMatchObject({
    rule: 'helper',
    missing: ['The agent that acts for you needs the role Sandbox.Use or World.Use.'],
  });
  expect(explained(agent(), IRIS).missing).toEqual(['You need the role Score.Use.']);
});

test('an application that is no agent is told so', () => {
  const principal: Principal = { ...callerWith('World.Use'), isDelegated: true };
  expect(explained(principal)).toMatchObject({
    rule: 'agents',
    missing: ['The application must be listed as an agent before it may act for people.'],
  });
});

test('a misspelt name of the catalog is corrected', () => {
  const target: CallTarget = { ...FLASH, resource: { kind: 'name', name: 'flahs' } };
  expect(explained(callerWith('World.Use'), target).missing).toEqual([
    '"flahs" is not a model or endpoint that you may use. Did you mean "flash"?',
  ]);
});

test('a misspelt model is corrected, to one that the caller may use', () => {
  const target: CallTarget = {
    ...FLASH,
    resource: { kind: 'model', publisher: 'google', model: 'flahs' },
  };
  expect(explained(callerWith('World.Use'), target).missing).toEqual([
    '"flahs" is not a model or endpoint that you may use. Did you mean "flash"?',
  ]);
  expect(JSON.stringify(explained(callerWith('Score.Use'), target))).not.toContain('flash');
});

test('another project is named to those alone who may use the entry', () => {
  const target: CallTarget = { ...FLASH, project: 'other-project' };
  expect(explained(callerWith('World.Use'), target).missing).toEqual([
    'flash is in the project sample-project, not in other-project.',
  ]);
  expect(explained(callerWith(), target)).toMatchObject({
    code: 'MODEL_NOT_FOUND',
    missing: ['No model or endpoint is granted to you yet. Ask for a role.'],
  });
});

const anyRoles = fc.subarray(['Sandbox.Use', 'Europe.Use', 'World.Use', 'Score.Use']);
const anyTarget = fc
  .record({
    base: fc.constantFrom(FLASH, IRIS),
    location: fc.constantFrom('us-central1', 'europe-west1', 'europe-west4', 'asia-east1', undefined),
    operation: fc.constantFrom('generateContent', 'countTokens', 'batchPredict', 'predict'),
  })
  .map(({ base, ...changes }): CallTarget => ({ ...base, ...changes }));

test('an explanation decides as the decision does, and a denied one always says what is missing', () => {
  fc.assert(
    fc.property(anyRoles, fc.boolean(), anyTarget, (roles, isDelegated, target) => {
      const principal = { roles, applicationId: AGENT_ID, isDelegated };
      const { allowed, rule, reason, missing } = explained(principal, target);
      expect({ allowed, rule, reason }).toEqual(
        (({ allowed, rule, reason }) => ({ allowed, rule, reason }))(governance.decide(principal, target)),
      );
      expect((missing ?? []).length > 0).toBe(!allowed);
    }),
  );
});

test('a role that is all that is missing is enough', () => {
  fc.assert(
    fc.property(anyRoles, anyTarget, (roles, target) => {
      const { missing = [] } = explained(callerWith(...roles), target);
      const named = /^Your application needs the role (.+)\.$/.exec(missing[0] ?? '')?.[1];
      const isAllowedElsewhere = missing[1]?.startsWith('The same call is allowed in') ?? false;
      if (named === undefined || (missing.length > 1 && !isAllowedElsewhere)) return;
      for (const role of named.split(/, | or /))
        expect(governance.decide(callerWith(...roles, role), target).allowed).toBe(true);
    }),
  );
});
