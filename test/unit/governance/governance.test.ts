import type { CallTarget } from '../../../src/governance/call-target.ts';
import type { Decision } from '../../../src/governance/decide.ts';
import type { CatalogEntry, Grant } from '../../../src/governance/documents.ts';
import { endpointEntry, governanceOf, modelEntry, type Rules } from './governance-of.ts';

const IRIS: CatalogEntry = endpointEntry({ alias: 'flowers', locations: ['us-central1', 'europe-west4'] });
const FLASH: CatalogEntry = modelEntry({
  alias: 'fast',
  locations: ['us-central1', 'europe-west1', 'europe-west4'],
});
const FLASH_CALL: CallTarget = {
  project: 'sample-project',
  location: 'us-central1',
  operation: 'generateContent',
  resource: { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' },
};
const SHORT_CALL: CallTarget = { ...FLASH_CALL, project: undefined, location: undefined };
const AGENT_ID = '66666666-6666-4666-8666-666666666666';

function grant(changes: Partial<Grant> = {}): Grant {
  return {
    id: 'team-flash',
    reason: 'The team tries it out.',
    roles: ['Team'],
    entries: ['flash'],
    ...changes,
  };
}

function decide(
  grants: readonly Grant[],
  target: CallTarget = FLASH_CALL,
  roles: readonly string[] = ['Team'],
  rules: Partial<Rules> = {},
  isDelegated = false,
): Decision<CallTarget> {
  const governance = governanceOf({ entries: [IRIS, FLASH], grants, ...rules });
  return governance.decide({ roles, applicationId: AGENT_ID, isDelegated }, target);
}

test('a grant to one of the roles allows the call and names its rule', () => {
  const decision = decide([grant()], FLASH_CALL, ['Other', 'Team']);
  expect(decision).toMatchObject({
    allowed: true,
    rule: 'team-flash',
    call: { rule: 'team-flash', target: FLASH_CALL },
  });
});

test('an unknown model is denied by the catalog', () => {
  const target: CallTarget = {
    ...FLASH_CALL,
    resource: { kind: 'model', publisher: 'google', model: 'gemini-9' },
  };
  expect(decide([grant()], target)).toMatchObject({
    allowed: false,
    rule: 'catalog',
    code: 'MODEL_NOT_FOUND',
    reason: expect.stringContaining('ask the platform team to add it') as string,
  });
});

test('a known model in another project is denied by the catalog', () => {
  expect(decide([grant()], { ...FLASH_CALL, project: 'other-project' })).toMatchObject({
    rule: 'catalog',
    code: 'MODEL_NOT_FOUND',
  });
});

test.each([
  [['rawPredict', 'streamRawPredict'], 'rawPredict'],
  [['streamRawPredict', 'generateContent', 'rawPredict'], 'generateContent'],
] as const)(
  'of several operations of a call, the first that the model of %j offers counts, for the grant too: %s',
  (operations, operation) => {
    const named: CallTarget = {
      ...SHORT_CALL,
      otherOperations: ['rawPredict'],
      resource: { kind: 'name', name: 'flash' },
    };
    const entries = [modelEntry({ operations: [...operations] })];
    expect(decide([grant({ operations: [operation] })], named, ['Team'], { entries })).toMatchObject({
      allowed: true,
      call: { operation },
    });
    const others = operations.filter((one) => one !== operation);
    expect(decide([grant({ operations: others })], named, ['Team'], { entries })).toMatchObject({
      allowed: false,
      code: 'OPERATION_NOT_ALLOWED',
    });
  },
);

test('a model that offers none of a call’s operations does not offer the call', () => {
  const named: CallTarget = { ...FLASH_CALL, operation: 'predict', otherOperations: ['embedContent'] };
  expect(decide([grant()], named)).toMatchObject({ allowed: false, code: 'OPERATION_NOT_ALLOWED' });
});

test('an endpoint is not taken for a model of the same name', () => {
  const target: CallTarget = {
    ...FLASH_CALL,
    resource: { kind: 'endpoint', endpoint: 'gemini-3.5-flash' },
  };
  expect(decide([grant()], target)).toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

test('a location that the catalog does not list is denied with those it lists', () => {
  expect(decide([grant()], { ...FLASH_CALL, location: 'asia-east1' })).toEqual({
    allowed: false,
    rule: 'catalog',
    code: 'LOCATION_NOT_ALLOWED',
    reason:
      'flash may not be called in this location. It may be called in: us-central1, europe-west1, europe-west4.',
  });
});

test('an operation that the catalog does not list is denied with those it lists', () => {
  expect(decide([grant()], { ...FLASH_CALL, operation: 'predict' })).toEqual({
    allowed: false,
    rule: 'catalog',
    code: 'OPERATION_NOT_ALLOWED',
    reason: 'flash does not offer this operation. It offers: generateContent, streamGenerateContent.',
  });
});

test('a caller without a granted role is told which roles to ask for', () => {
  const grants = [grant(), grant({ id: 'others', roles: ['Others.Use', 'Team'] })];
  expect(decide(grants, FLASH_CALL, ['Stranger'])).toEqual({
    allowed: false,
    rule: 'default-deny',
    code: 'NOT_GRANTED',
    reason: 'No role of your application is granted flash. Ask for one of these roles: Team, Others.Use.',
  });
});

test('a caller without any role is denied', () => {
  expect(decide([grant()], FLASH_CALL, [])).toMatchObject({ allowed: false, rule: 'default-deny' });
});

test('an entry that no role is granted says so', () => {
  expect(decide([grant({ entries: ['iris'] })])).toMatchObject({
    code: 'NOT_GRANTED',
    reason:
      'No role of your application is granted flash. No role is granted this call yet; ask the platform team for a grant.',
  });
});

test('a grant elsewhere is denied with its rule, its locations and its reason', () => {
  expect(decide([grant({ locations: ['europe-west1', 'europe-west4'] })])).toEqual({
    allowed: false,
    rule: 'team-flash',
    code: 'LOCATION_NOT_ALLOWED',
    reason: 'Your application may call flash in europe-west1, europe-west4 only. The team tries it out.',
  });
});

test('several grants elsewhere are denied with the locations of all of them', () => {
  const grants = [
    grant({ id: 'one', locations: ['europe-west1'] }),
    grant({ id: 'two', locations: ['europe-west4'] }),
  ];
  expect(decide(grants)).toMatchObject({
    rule: 'one',
    reason: expect.stringContaining('in europe-west1, europe-west4 only') as string,
  });
});

test('a grant of other operations is denied with its rule, its operations and its reason', () => {
  expect(decide([grant({ operations: ['streamGenerateContent'] })])).toEqual({
    allowed: false,
    rule: 'team-flash',
    code: 'OPERATION_NOT_ALLOWED',
    reason:
      'Your application may use flash in this location for streamGenerateContent only. The team tries it out.',
  });
});

test('a grant of other operations here explains more than a grant elsewhere', () => {
  const grants = [
    grant({ id: 'elsewhere', locations: ['europe-west1'] }),
    grant({ id: 'here', locations: ['us-central1'], operations: ['streamGenerateContent'] }),
  ];
  expect(decide(grants)).toMatchObject({ rule: 'here', code: 'OPERATION_NOT_ALLOWED' });
});

test('a grant that comes to nothing for an entry is no grant of it', () => {
  const grants = [grant({ id: 'elsewhere', entries: ['iris', 'flash'], locations: ['us-east1'] })];
  expect(decide(grants)).toMatchObject({
    code: 'NOT_GRANTED',
    reason:
      'No role of your application is granted flash. No role is granted this call yet; ask the platform team for a grant.',
  });
});

test('only locations and operations that the entry offers are named', () => {
  expect(decide([grant({ locations: ['us-east1', 'europe-west4'] })]).reason).toContain(
    'in europe-west4 only',
  );
  expect(decide([grant({ operations: ['predict', 'streamGenerateContent'] })]).reason).toContain(
    'for streamGenerateContent only',
  );
});

test('a role that residency keeps elsewhere is not one to ask for', () => {
  const governance = governanceOf({
    entries: [modelEntry({ locations: ['us-central1', 'europe-west1'] })],
    grants: [grant({ roles: ['Eu.Use', 'Us.Use'] })],
    residency: [{ id: 'eu-only', reason: 'Stays there.', roles: ['Eu.Use'], locations: ['europe-west1'] }],
  });
  const stranger = { roles: ['Stranger'], applicationId: 'application', isDelegated: false };
  expect(governance.decide(stranger, FLASH_CALL)).toMatchObject({
    reason: 'No role of your application is granted flash. Ask for one of these roles: Us.Use.',
  });
});

test('of many roles that are granted it, ten are named', () => {
  const roles = Array.from({ length: 12 }, (_, index) => `Role${index}`);
  expect(decide([grant({ roles })], FLASH_CALL, ['Stranger']).reason).toMatch(/Role9\.$/);
});

test.each<[string, CallTarget['resource']]>([
  ['its catalog name', { kind: 'model', publisher: 'google', model: 'flash' }],
  ['its alias', { kind: 'model', publisher: 'google', model: 'fast' }],
  ['its alias alone', { kind: 'name', name: 'fast' }],
  ['its catalog name alone', { kind: 'name', name: 'flash' }],
])('a model called by %s is the model itself', (_, resource) => {
  expect(decide([grant()], { ...FLASH_CALL, resource })).toMatchObject({
    allowed: true,
    call: { resource: FLASH_CALL.resource, project: 'sample-project', location: 'us-central1' },
  });
});

test('an endpoint called by its alias is the endpoint itself', () => {
  for (const resource of [
    { kind: 'endpoint', endpoint: 'flowers' },
    { kind: 'name', name: 'flowers' },
  ] as const) {
    expect(
      decide([grant({ entries: ['iris'] })], { ...FLASH_CALL, operation: 'predict', resource }),
    ).toMatchObject({ allowed: true, call: { resource: { kind: 'endpoint', endpoint: '1234567890' } } });
  }
});

test('a call is served in its own project and location only', () => {
  const decision = decide([grant()], FLASH_CALL);
  if (!decision.allowed) throw new Error(decision.reason);
  const { call } = decision;
  expect(call.isHere('sample-project', 'us-central1')).toBe(true);
  expect(call.isHere('sample-project', 'europe-west4')).toBe(false);
  expect(call.isHere('other-project', 'us-central1')).toBe(false);
});

test('an alias of another publisher’s model is unknown', () => {
  const resource: CallTarget['resource'] = { kind: 'model', publisher: 'anthropic', model: 'fast' };
  expect(decide([grant()], { ...FLASH_CALL, resource })).toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

test('the short form is served from the first location where the caller may be', () => {
  expect(decide([grant()], SHORT_CALL)).toMatchObject({
    allowed: true,
    call: { project: 'sample-project', location: 'us-central1' },
  });
  expect(decide([grant({ locations: ['europe-west4'] })], SHORT_CALL)).toMatchObject({
    call: { location: 'europe-west4' },
  });
});

const NO_STREAMS = {
  id: 'no-streams',
  reason: 'Streams wait for their review.',
  operations: ['streamGenerateContent' as const],
};

test('an explicit deny wins over every grant, with its reason', () => {
  const target = { ...FLASH_CALL, operation: 'streamGenerateContent' };
  expect(decide([grant()], target, ['Team'], { denies: [NO_STREAMS] })).toEqual({
    allowed: false,
    rule: 'no-streams',
    code: 'DENIED_BY_RULE',
    reason:
      'Streams wait for their review. The rule no-streams wins over every grant; ask the platform team if you need an exception.',
  });
  expect(decide([grant()], FLASH_CALL, ['Team'], { denies: [NO_STREAMS] }).allowed).toBe(true);
});

test('a deny of a role holds for its holders alone', () => {
  const denies = [{ id: 'guests', reason: 'Guests only look.', roles: ['Guest'] }];
  expect(decide([grant()], FLASH_CALL, ['Team'], { denies }).allowed).toBe(true);
  expect(decide([grant()], FLASH_CALL, ['Team', 'Guest'], { denies })).toMatchObject({ rule: 'guests' });
});

const IN_EUROPE = {
  id: 'eu-only',
  reason: 'The data stays in the European Union.',
  roles: ['Team'],
  locations: ['europe-west1', 'europe-west4'],
};

test('residency keeps a caller out of every other location', () => {
  expect(decide([grant()], FLASH_CALL, ['Team'], { residency: [IN_EUROPE] })).toEqual({
    allowed: false,
    rule: 'eu-only',
    code: 'LOCATION_NOT_ALLOWED',
    reason:
      'Callers with the role Team are served from europe-west1, europe-west4 only. The data stays in the European Union.',
  });
});

test('global and multi-regions are outside of a residency that does not list them', () => {
  const entries = [modelEntry({ locations: ['global', 'eu', 'europe-west4'] })];
  for (const location of ['global', 'eu']) {
    const target = { ...FLASH_CALL, location };
    expect(decide([grant()], target, ['Team'], { entries, residency: [IN_EUROPE] })).toMatchObject({
      rule: 'eu-only',
    });
  }
});

test('the short form is served inside of the residency, never promoted across its border', () => {
  expect(decide([grant()], SHORT_CALL, ['Team'], { residency: [IN_EUROPE] })).toMatchObject({
    call: { location: 'europe-west1' },
  });
  const entries = [modelEntry({ locations: ['global', 'us-central1'] })];
  expect(decide([grant()], SHORT_CALL, ['Team'], { entries, residency: [IN_EUROPE] })).toMatchObject({
    allowed: false,
    rule: 'eu-only',
  });
});

test('a role of the sandbox reaches only what is open to the sandbox', () => {
  const roles = [{ name: 'Team', environment: 'sandbox' as const, description: 'Tests.' }];
  expect(decide([grant()], FLASH_CALL, ['Team'], { roles })).toMatchObject({ code: 'NOT_GRANTED' });
  const entries = [modelEntry({ environments: ['sandbox'] })];
  expect(decide([grant()], FLASH_CALL, ['Team'], { roles, entries }).allowed).toBe(true);
});

const AGENT = { id: 'helper', reason: 'It only generates.', applicationId: AGENT_ID, roles: ['Agent'] };
const OF_AGENT = grant({ id: 'agent-flash', roles: ['Agent'], operations: ['generateContent'] });

test('an agent may do what both it and the person may do, and the decision names both rules', () => {
  expect(decide([grant(), OF_AGENT], FLASH_CALL, ['Team'], { agents: [AGENT] }, true)).toMatchObject({
    allowed: true,
    rule: 'team-flash+helper',
  });
});

test('an agent may not do what only the person may do', () => {
  const target = { ...FLASH_CALL, operation: 'streamGenerateContent' };
  const decision = decide([grant(), OF_AGENT], target, ['Team'], { agents: [AGENT] }, true);
  expect(decision).toMatchObject({ allowed: false, rule: 'helper', code: 'AGENT_NOT_ALLOWED' });
  expect(decision.reason).toMatch(
    /^You may do this yourself, but the agent that acts for you may not\. It only/,
  );
});

test('an agent may not do what only it may do', () => {
  expect(decide([grant(), OF_AGENT], FLASH_CALL, ['Stranger'], { agents: [AGENT] }, true)).toMatchObject({
    code: 'NOT_GRANTED',
  });
});

test('an application that nobody listed as an agent acts for nobody', () => {
  expect(decide([grant()], FLASH_CALL, ['Team'], {}, true)).toMatchObject({
    rule: 'agents',
    code: 'AGENT_NOT_ALLOWED',
  });
});

test('an agent’s id is the same in any case', () => {
  const agents = [{ ...AGENT, applicationId: 'AAAAAAAA-6666-4666-8666-666666666666' }];
  const governance = governanceOf({ entries: [FLASH], grants: [grant(), OF_AGENT], agents });
  const principal = {
    roles: ['Team'],
    applicationId: 'aaaaaaaa-6666-4666-8666-666666666666',
    isDelegated: true,
  };
  expect(governance.decide(principal, FLASH_CALL).allowed).toBe(true);
});

test('the short form of an agent is served where both may be', () => {
  const elsewhere = { ...OF_AGENT, locations: ['europe-west4'] };
  expect(decide([grant(), elsewhere], SHORT_CALL, ['Team'], { agents: [AGENT] }, true)).toMatchObject({
    call: { location: 'europe-west4' },
  });
});
