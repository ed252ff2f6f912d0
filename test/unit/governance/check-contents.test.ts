import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CallTarget } from '../../../src/governance/call-target.ts';
import { targetOf } from '../../../src/governance/decide-catalog.ts';
import { explain } from '../../../src/governance/explain.ts';
import type { Governance } from '../../../src/governance/governance.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { contentToKeep } from '../../../src/governance/rule-coverage.ts';
import { endpointEntry, governanceOf, modelEntry } from './governance-of.ts';

const SAMPLE = resolve(__dirname, '../../../governance');
const folder = mkdtempSync(join(tmpdir(), 'contents-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Loads the sample documents with these content rules. */
function load(rules: string): void {
  cpSync(SAMPLE, folder, { recursive: true });
  const file = join(folder, 'access.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\ncontents:\n${rules}`);
  loadGovernance(folder);
}

const GRANTS = [{ id: 'team', reason: 'Tests.', roles: ['Team'] }];

/** Lists the parts that are kept of an allowed call on a resource. */
function keptOf(governance: Governance, resource: CallTarget['resource']): readonly string[] {
  const operation = resource.kind === 'model' ? 'generateContent' : 'predict';
  const decision = governance.decide(
    { roles: ['Team'], applicationId: '', isDelegated: false },
    { project: undefined, location: undefined, operation, resource },
  );
  if (!decision.allowed) throw new Error(decision.reason);
  return decision.call.keptContent;
}

test('nothing is kept without a rule', () => {
  const governance = governanceOf({ entries: [endpointEntry()], grants: GRANTS });
  expect(keptOf(governance, { kind: 'endpoint', endpoint: '1234567890' })).toEqual([]);
});

test('a rule asks for parts of the calls of its entries, under each of their names', () => {
  const governance = governanceOf({
    entries: [endpointEntry({ alias: 'flowers' }), modelEntry()],
    grants: GRANTS,
    contents: [{ id: 'keep', reason: 'Tests.', entries: ['iris'], parts: ['request'] }],
  });
  expect(keptOf(governance, { kind: 'endpoint', endpoint: '1234567890' })).toEqual(['request']);
  expect(keptOf(governance, { kind: 'name', name: 'flowers' })).toEqual(['request']);
  expect(keptOf(governance, { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' })).toEqual([]);
});

test('several rules on one entry ask for what any of them asks for', () => {
  const entry = modelEntry({ tags: ['chat'], classification: 'restricted' });
  const contents = [
    { id: 'prompts', reason: 'Tests.', tags: ['chat'], parts: ['request' as const] },
    { id: 'all', reason: 'Tests.', parts: ['request' as const, 'response' as const] },
    {
      id: 'public',
      reason: 'Tests.',
      parts: ['response' as const],
      classifications: ['public' as const],
    },
  ];
  expect(contentToKeep({ contents }, entry)).toEqual(['request', 'response']);
  expect(contentToKeep({ contents: contents.slice(2) }, entry)).toEqual([]);
});

test('a call that is explained says what would be kept', () => {
  const governance = governanceOf({
    entries: [endpointEntry()],
    grants: [{ id: 'team', reason: 'Tests.', roles: ['Team'], entries: ['iris'] }],
    contents: [{ id: 'keep', reason: 'Tests.', parts: ['response'] }],
  });
  const caller = { roles: ['Team'], applicationId: 'a', isDelegated: false };
  const [entry] = governance.documents.catalog.entries;
  if (!entry) throw new Error('there is no entry');
  const explained = (roles: string[]) =>
    explain(governance, { ...caller, roles }, targetOf(entry, 'predict', 'us-central1'), 'production');
  expect(explained(['Team'])).toMatchObject({ allowed: true, keptContent: ['response'] });
  expect(explained([])).not.toHaveProperty('keptContent');
});

test.each([
  ['an unknown entry', '{ id: a, reason: r, entries: [irys], parts: [request] }', 'Did you mean "iris"'],
  ['an unknown tag', '{ id: a, reason: r, tags: [chatt], parts: [request] }', '"chatt" is not a known tag'],
  [
    'entries of other classifications',
    '{ id: a, reason: r, entries: [iris], classifications: [restricted], parts: [request] }',
    'this rule can never match',
  ],
  [
    'an entry whose answers the edge keeps',
    '{ id: a, reason: r, entries: [gemini-embedding-001], parts: [request] }',
    'because the edge may answer from its cache',
  ],
  ['no parts', '{ id: a, reason: r, entries: [iris], parts: [] }', 'parts'],
  ['a part twice', '{ id: a, reason: r, entries: [iris], parts: [request, request] }', 'occurs twice'],
  [
    'an id that another rule has',
    '{ id: scoring-iris, reason: r, entries: [iris], parts: [request] }',
    'twice',
  ],
])('refuses a content rule with %s, at its place', (_, rule, sentence) => {
  expect(() => load(`  - ${rule}\n`)).toThrow(sentence);
  expect(() => load(`  - ${rule}\n`)).toThrow(/access\.yaml:\d+:\d+/);
});
