import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '../../../src/governance/call-target.ts';
import type { ServiceTier } from '../../../src/governance/documents.ts';
import { explain } from '../../../src/governance/explain.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { listModels } from '../../../src/questions/list-models.ts';
import { governanceOf, modelEntry } from './governance-of.ts';

const PRICE = { perMillionInputTokens: 1, perMillionOutputTokens: 2 };
const TIER = { perMillionInputTokens: 3, perMillionOutputTokens: 4 };
const ENTRY = modelEntry({
  locations: ['us-central1', 'global'],
  price: PRICE,
  serviceTiers: { flex: TIER, priority: TIER },
});
const GRANTS = [
  { id: 'all', reason: 'Everything.', roles: ['User', 'Saver'], entries: ['flash'] },
  {
    id: 'saving',
    reason: 'Batches may wait.',
    roles: ['Saver'],
    entries: ['flash'],
    locations: ['global' as const],
    serviceTiers: ['flex' as const],
    durability: 'strict' as const,
  },
];
const AGENTS = [
  { id: 'plain', reason: 'Plain.', applicationId: 'plain-agent', roles: ['User'] },
  { id: 'saver', reason: 'Saves.', applicationId: 'saving-agent', roles: ['Saver'] },
];
const governance = governanceOf({ entries: [ENTRY], grants: GRANTS, agents: AGENTS });

function principal(role: string, more: Partial<Principal> = {}): Principal {
  return { roles: [role], applicationId: 'app', isDelegated: false, productId: 'production', ...more };
}

function target(serviceTier?: ServiceTier, location?: string, operation = 'generateContent') {
  return {
    project: undefined,
    location,
    operation,
    resource: { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' } as const,
    ...(serviceTier && { serviceTier }),
  };
}

test('a tier needs a grant that names it, and the grant decides where and how it is recorded', () => {
  const decision = governance.decide(principal('Saver'), target('flex'));
  expect(decision).toMatchObject({
    allowed: true,
    rule: 'saving',
    call: { location: 'global', durability: 'strict' },
  });
  expect(governance.decide(principal('Saver'), target())).toMatchObject({
    rule: 'all',
    call: { location: 'us-central1', durability: 'standard' },
  });
});

test.each([
  ['User', 'flex', undefined, 'default-deny', /^No grant lets your application call flash in .* flex\. /],
  ['Saver', 'priority', undefined, 'default-deny', /^No grant .* priority\. .* ask the platform team/],
  ['Saver', 'flex', 'us-central1', 'saving', /^Your application may call flash .* flex in global only\. /],
] as const)('%s is denied %s in %s by %s', (role, tier, location, rule, reason) => {
  expect(governance.decide(principal(role), target(tier, location))).toMatchObject({
    allowed: false,
    code: 'SERVICE_TIER_NOT_ALLOWED',
    rule,
    reason: expect.stringMatching(reason) as string,
  });
});

test('whoever may not call the model at all learns nothing of tiers', () => {
  const denied = { allowed: false, code: 'NOT_GRANTED' };
  expect(governance.decide(principal('Stranger'), target('flex'))).toMatchObject(denied);
});

test('a model without tiers says so', () => {
  const plain = governanceOf({ entries: [modelEntry()], grants: GRANTS.slice(0, 1) });
  expect(plain.decide(principal('User'), target('flex'))).toMatchObject({
    code: 'SERVICE_TIER_NOT_ALLOWED',
    rule: 'catalog',
    reason: expect.stringMatching(/^flash is not offered in the service tier flex\. /) as string,
  });
});

test('a deny and residency win over a tier', () => {
  const denies = [{ id: 'never', reason: 'Never.', entries: ['flash'] }];
  const denied = governanceOf({ entries: [ENTRY], grants: GRANTS, denies });
  expect(denied.decide(principal('Saver'), target('flex'))).toMatchObject({ code: 'DENIED_BY_RULE' });
  const residency = [{ id: 'here', reason: 'Here.', roles: ['Saver'], locations: ['us-central1' as const] }];
  const resident = governanceOf({ entries: [ENTRY], grants: GRANTS, residency });
  expect(resident.decide(principal('Saver'), target('flex')).allowed).toBe(false);
});

test('an agent asks for a tier only where both the person and the agent may', () => {
  const acting = (applicationId: string) => principal('Saver', { applicationId, isDelegated: true });
  expect(governance.decide(acting('saving-agent'), target('flex'))).toMatchObject({ rule: 'saving+saver' });
  expect(governance.decide(acting('plain-agent'), target('flex', 'global'))).toMatchObject({
    code: 'AGENT_NOT_ALLOWED',
  });
});

test('an explanation names the grants of the tier and where the call is allowed', () => {
  const explained = explain(governance, principal('User'), target('flex', 'global'), 'production');
  expect(explained.missing).toContain('The service tier flex is given by saving to Saver.');
  const elsewhere = explain(governance, principal('Saver'), target('flex', 'us-central1'), 'production');
  expect(elsewhere.missing).toContain('The same call is allowed in global.');
  const nobody = explain(governance, principal('Saver'), target('priority', 'global'), 'production');
  expect(nobody.missing).toEqual(['No grant gives the service tier priority for flash yet.']);
});

test('lists of models have the tiers that the caller may ask for', () => {
  expect(listModels(governance, principal('Saver'))[0]?.serviceTiers).toEqual({ flex: TIER });
  expect(listModels(governance, principal('User'))[0]).not.toHaveProperty('serviceTiers');
});

describe('the documents', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'governance-'));
    cpSync('governance', directory, { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function refusal(file: string, before: string, after: string): string {
    const path = join(directory, file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(before);
    writeFileSync(path, text.replace(before, after));
    try {
      loadGovernance(directory);
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing';
  }

  test.each([
    ['access.yaml', 'serviceTiers: [flex, priority]', 'serviceTiers: [flex, flex]', /occurs twice/],
    ['access.yaml', 'serviceTiers: [flex, priority]', 'serviceTiers: []', /serviceTiers/],
    ['access.yaml', 'serviceTiers: [flex, priority]', 'serviceTiers: [turbo]', /serviceTiers/],
    [
      'access.yaml',
      'entries: [gemini-3.5-flash]\n    locations: [global]\n    serviceTiers: [flex, priority]',
      'entries: [gemini-3.1-pro-preview]\n    serviceTiers: [flex]',
      /no entry of this grant offers the service tier flex/,
    ],
    [
      'catalog.yaml',
      '    price: { perCall: 0.002 }',
      '    serviceTiers: { flex: { perMillionInputTokens: 1, perMillionOutputTokens: 1 } }',
      /needs a price of tokens/,
    ],
    [
      'catalog.yaml',
      '    price: { perMillionInputTokens: 0.1, perMillionOutputTokens: 0 }',
      '    price: { perMillionInputTokens: 0.1, perMillionOutputTokens: 0 }\n    serviceTiers: { flex: { perMillionInputTokens: 1, perMillionOutputTokens: 1 } }',
      /only calls of generateContent, .* can ask for a service tier/,
    ],
    [
      'catalog.yaml',
      '    price: { perMillionInputTokens: 0.1, perMillionOutputTokens: 0 }',
      '    price: { perMillionInputTokens: 0.1, perMillionOutputTokens: 0 }\n    serviceTiers: {}',
      /no tier is listed/,
    ],
  ])('%s with %j in place of %j is refused', (file, before, after, message) => {
    expect(refusal(file, before, after)).toMatch(message);
  });
});
