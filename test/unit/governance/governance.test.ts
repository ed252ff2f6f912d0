import fc from 'fast-check';
import type { CallTarget } from '../../../src/governance/call-target.ts';
import type { Access, Catalog, CatalogEntry, Grant } from '../../../src/governance/documents.ts';
import { createGovernance, type Decision } from '../../../src/governance/governance.ts';

const IRIS: CatalogEntry = {
  name: 'iris',
  endpoint: '1234567890',
  project: 'sample-project',
  locations: ['us-central1', 'europe-west4'],
  operations: ['predict'],
};
const FLASH: CatalogEntry = {
  name: 'flash',
  publisher: 'google',
  model: 'gemini-2.5-flash',
  project: 'sample-project',
  locations: ['us-central1', 'europe-west1', 'europe-west4'],
  operations: ['generateContent', 'streamGenerateContent'],
};
const CATALOG: Catalog = { entries: [IRIS, FLASH] };
const FLASH_CALL: CallTarget = {
  project: 'sample-project',
  location: 'us-central1',
  operation: 'generateContent',
  resource: { kind: 'model', publisher: 'google', model: 'gemini-2.5-flash' },
};

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
): Decision<CallTarget> {
  return createGovernance(CATALOG, { grants: [...grants] }, 'version').decide(roles, target);
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
    code: 'MODEL_NOT_ALLOWED',
    reason: expect.stringContaining('ask the platform team to add it') as string,
  });
});

test('a known model in another project is denied by the catalog', () => {
  expect(decide([grant()], { ...FLASH_CALL, project: 'other-project' })).toMatchObject({
    rule: 'catalog',
    code: 'MODEL_NOT_ALLOWED',
  });
});

test('an endpoint is not taken for a model of the same name', () => {
  const target: CallTarget = {
    ...FLASH_CALL,
    resource: { kind: 'endpoint', endpoint: 'gemini-2.5-flash' },
  };
  expect(decide([grant()], target)).toMatchObject({ code: 'MODEL_NOT_ALLOWED' });
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
    reason: 'No role of your application is granted flash. No role is granted it yet.',
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

test('governance lists every location of the catalog once', () => {
  expect(createGovernance(CATALOG, { grants: [] }, 'version').locations).toEqual([
    'us-central1',
    'europe-west4',
    'europe-west1',
  ]);
});

const roles = fc.subarray(['Team', 'Other', 'Third', '__proto__']);
const anyGrant: fc.Arbitrary<Grant> = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    roles: fc.subarray(['Team', 'Other', 'Third'], { minLength: 1 }),
    entries: fc.subarray(['iris', 'flash'], { minLength: 1 }),
    locations: fc.option(fc.subarray(FLASH.locations, { minLength: 1 }), { nil: undefined }),
    operations: fc.option(fc.subarray([...IRIS.operations, ...FLASH.operations], { minLength: 1 }), {
      nil: undefined,
    }),
  })
  .map(({ locations, operations, ...rest }) => ({
    ...rest,
    reason: 'Because.',
    ...(locations && { locations }),
    ...(operations && { operations }),
  }));
const anyTarget: fc.Arbitrary<CallTarget> = fc.record({
  project: fc.constantFrom('sample-project', 'other-project', ''),
  location: fc.constantFrom(...FLASH.locations, 'asia-east1', '__proto__', ''),
  operation: fc.constantFrom('predict', 'generateContent', 'streamGenerateContent', 'constructor'),
  resource: fc.constantFrom<CallTarget['resource'][]>(
    { kind: 'endpoint', endpoint: '1234567890' },
    { kind: 'endpoint', endpoint: '__proto__' },
    { kind: 'model', publisher: 'google', model: 'gemini-2.5-flash' },
    { kind: 'model', publisher: 'google', model: 'unknown' },
  ),
});

test('without grants nothing is ever allowed', () => {
  fc.assert(
    fc.property(roles, anyTarget, (held, target) => {
      expect(decide([], target, held).allowed).toBe(false);
    }),
  );
});

test('what is allowed is covered by the catalog and by the grant that the decision names', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyGrant, { selector: ({ id }) => id }),
      roles,
      anyTarget,
      (grants, held, target) => {
        const decision = decide(grants, target, held);
        if (!decision.allowed) return;
        const rule = grants.find(({ id }) => id === decision.rule);
        const entry = target.resource.kind === 'endpoint' ? IRIS : FLASH;
        expect(target.project).toBe(entry.project);
        expect(entry.locations).toContain(target.location);
        expect(entry.operations).toContain(target.operation);
        expect(rule?.entries).toContain(entry.name);
        expect(rule?.roles.some((role) => held.includes(role))).toBe(true);
        expect(rule?.locations ?? entry.locations).toContain(target.location);
        expect(rule?.operations ?? entry.operations).toContain(target.operation);
      },
    ),
    { numRuns: 500 },
  );
});

test('one more grant never shuts out a caller that was allowed', () => {
  fc.assert(
    fc.property(
      fc.array(anyGrant),
      anyGrant,
      fc.nat(),
      roles,
      anyTarget,
      (grants, added, at, held, target) => {
        if (!decide(grants, target, held).allowed) return;
        const more: Access['grants'] = grants.toSpliced(at % (grants.length + 1), 0, added);
        expect(decide(more, target, held).allowed).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test('one more role never shuts out a caller that was allowed', () => {
  fc.assert(
    fc.property(fc.array(anyGrant), roles, roles, anyTarget, (grants, held, added, target) => {
      if (!decide(grants, target, held).allowed) return;
      expect(decide(grants, target, [...added, ...held]).allowed).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('every denial names a rule, a code and a whole sentence', () => {
  fc.assert(
    fc.property(fc.array(anyGrant), roles, anyTarget, (grants, held, target) => {
      const decision = decide(grants, target, held);
      if (decision.allowed) return;
      expect(['catalog', 'default-deny', ...grants.map(({ id }) => id)]).toContain(decision.rule);
      expect(decision.reason).toMatch(/^[^ ].*[^ ,]\.$/);
      expect(decision.reason).not.toMatch(/undefined|\bin only\b|\bfor only\b/);
    }),
  );
});
