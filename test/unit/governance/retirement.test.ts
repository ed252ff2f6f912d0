import type { CallTarget } from '../../../src/governance/call-target.ts';
import { explain } from '../../../src/governance/explain.ts';
import type { CatalogEntry } from '../../../src/governance/documents.ts';
import { listModels } from '../../../src/questions/list-models.ts';
import { writeRetirementHeaders } from '../../../src/prediction/retirement-headers.ts';
import { governanceOf, modelEntry } from './governance-of.ts';

const SOURCE = 'https://vendor.example.com/ends';
const CALLER = { roles: ['Team'], applicationId: 'any', isDelegated: false };

function retiring(name: string, on: string, replacement?: string): CatalogEntry {
  const retires = { on, source: SOURCE, ...(replacement !== undefined && { replacement }) };
  return modelEntry({ name, model: name, retires });
}

const OLD = retiring('old', '2028-02-29', 'new');
const NEW = modelEntry({ name: 'new', model: 'new' });
const HIDDEN = modelEntry({ name: 'hidden', model: 'hidden' });

function callOf(name: string): CallTarget {
  return {
    project: undefined,
    location: undefined,
    operation: 'generateContent',
    resource: { kind: 'name', name },
  };
}

function governance(entries: readonly CatalogEntry[], granted = ['old', 'new']) {
  const grants = [{ id: 'team', reason: 'Tests.', roles: ['Team'], entries: granted }];
  return governanceOf({ entries, grants });
}

function decide(at: string | undefined, entries: readonly CatalogEntry[] = [OLD, NEW], granted?: string[]) {
  const time = at === undefined ? undefined : new Date(at);
  return governance(entries, granted).decide(CALLER, callOf('old'), time);
}

test.each(['2028-02-29T00:00:00.000Z', '2028-02-29T23:59:59.999Z'])(
  'the last day still serves at %s',
  (at) => {
    expect(decide(at)).toMatchObject({ allowed: true, rule: 'team' });
  },
);

test.each(['2028-03-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z'])(
  'a retired model is refused at %s',
  (at) => {
    expect(decide(at)).toEqual({
      allowed: false,
      rule: 'catalog',
      code: 'MODEL_RETIRED',
      reason: 'old was retired: its last day was 2028-02-29 (UTC). Use new instead.',
    });
  },
);

test('callers are told from 60 days before the last day, at midnight', () => {
  const noticeAt = (at: string) => {
    const decision = decide(at);
    return decision.allowed ? decision.call.notice?.sentence : decision.code;
  };
  expect(noticeAt('2027-12-30T23:59:59.999Z')).toBeUndefined();
  expect(noticeAt('2027-12-31T00:00:00.000Z')).toBe(
    'old retires: its last day is 2028-02-29 (UTC). Use new instead.',
  );
});

test('without a time nothing has retired, and nobody is told', () => {
  const decision = decide(undefined, [retiring('old', '2020-01-01', 'new'), NEW]);
  expect(decision).toMatchObject({ allowed: true });
  expect(decision.allowed && decision.call.notice).toBeUndefined();
});

test('a replacement that the caller may not use is not named', () => {
  const decision = decide('2028-03-01T00:00:00Z', [retiring('old', '2028-02-29', 'hidden'), HIDDEN], ['old']);
  expect(decision).toMatchObject({
    reason: 'old was retired: its last day was 2028-02-29 (UTC). Ask the platform team what to use instead.',
  });
  expect(JSON.stringify(decision)).not.toContain('hidden');
});

test('a replacement that has retired stands for its own replacement', () => {
  const entries = [
    OLD,
    retiring('new', '2028-03-31', 'newest'),
    modelEntry({ name: 'newest', model: 'newest' }),
  ];
  const reasonAt = (at: string) => {
    const decision = decide(at, entries, ['old', 'new', 'newest']);
    return decision.allowed || decision.reason;
  };
  expect(reasonAt('2028-03-31T00:00:00Z')).toMatch(/ Use new instead\.$/);
  expect(reasonAt('2028-04-01T00:00:00Z')).toMatch(/ Use newest instead\.$/);
});

test.each<[what: string, call: Partial<CallTarget>]>([
  ['a location that it was not offered in', { location: 'us-east5' }],
  ['a location where it could be served, had it been offered', { servedIn: ['us-east5'] }],
  ['an operation that it did not offer', { operation: 'predict' }],
  ['a service tier that nobody is granted', { serviceTier: 'flex' }],
])('a retired model is told to be retired in spite of %s', (_, call) => {
  const own = governance([OLD, NEW]);
  const decisionAt = (at: string) => own.decide(CALLER, { ...callOf('old'), ...call }, new Date(at));
  expect(decisionAt('2028-03-01T00:00:00Z')).toMatchObject({
    rule: 'catalog',
    code: 'MODEL_RETIRED',
    reason: 'old was retired: its last day was 2028-02-29 (UTC). Use new instead.',
  });
  expect(decisionAt('2028-02-29T00:00:00Z')).not.toMatchObject({ code: 'MODEL_RETIRED' });
});

test('a caller without a grant learns of no retirement', () => {
  expect(decide('2030-01-01T00:00:00Z', [OLD, NEW], ['new'])).toMatchObject({ code: 'NOT_GRANTED' });
});

test('the headers say since when, until when, where it is announced, and what to do', () => {
  const decision = decide('2028-01-15T00:00:00Z');
  const notice = decision.allowed ? decision.call.notice : undefined;
  expect(notice && writeRetirementHeaders(notice)).toEqual({
    deprecation: '@1830211200',
    sunset: 'Wed, 01 Mar 2028 00:00:00 GMT',
    link: `<${SOURCE}>; rel="deprecation sunset"`,
    'x-gateway-notice': 'old retires: its last day is 2028-02-29 (UTC). Use new instead.',
  });
});

test('lists mark what retires, and leave out what has', () => {
  const at = (time: string) => listModels(governance([OLD, NEW]), CALLER, new Date(time));
  expect(at('2027-01-01T00:00:00Z')).toMatchObject([
    { name: 'old', retires: { on: '2028-02-29', source: SOURCE } },
    { name: 'new' },
  ]);
  expect(at('2028-03-01T00:00:00Z').map(({ name }) => name)).toEqual(['new']);
});

test('an explanation tells of the end, and of no grant that could change it', () => {
  const at = (time: string) =>
    explain(governance([OLD, NEW]), CALLER, callOf('old'), 'product', new Date(time));
  expect(at('2028-02-01T00:00:00Z')).toMatchObject({
    allowed: true,
    retires: 'old retires: its last day is 2028-02-29 (UTC). Use new instead.',
  });
  expect(at('2027-01-01T00:00:00Z')).not.toHaveProperty('retires');
  const retired = at('2028-03-01T00:00:00Z');
  expect(retired).toMatchObject({ allowed: false, code: 'MODEL_RETIRED', entry: 'old' });
  expect(retired).not.toHaveProperty('nearestGrant');
});

test('a call that names no single model goes on with those that are left', () => {
  const own = governance([OLD, NEW]);
  const target: CallTarget = { ...callOf('old'), resource: { kind: 'any' } };
  const decision = own.decide(CALLER, target, new Date('2028-03-01T00:00:00Z'));
  expect(decision).toMatchObject({ allowed: true });
  expect(decision.allowed && decision.call.may({ ...callOf('old') })).toBe(false);
  expect(decision.allowed && decision.call.may({ ...callOf('new') })).toBe(true);
});
