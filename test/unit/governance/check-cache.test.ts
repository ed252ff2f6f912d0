import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedOperations } from '../../../src/governance/cached-operations.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { endpointEntry, modelEntry } from './governance-of.ts';

const CATALOG = `entries:
  - name: embedding
    publisher: google
    model: text-embedding-005
    environments: [production]
    project: sample-project
    locations: [us-central1]
    operations: [predict]
    classification: internal
    cache: { seconds: 60, reason: Tests. }
`;
const ACCESS = `identityProviders:
  - { id: entra, type: entra, tenantId: tenant, audiences: [gateway] }
roles: []
grants: []
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The error of the catalog, without the directory; undefined for a valid one. */
function refusal(catalog: string): string | undefined {
  writeFileSync(join(directory, 'catalog.yaml'), catalog);
  writeFileSync(join(directory, 'access.yaml'), ACCESS);
  writeFileSync(join(directory, 'limits.yaml'), 'products: []\n');
  try {
    loadGovernance(directory);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(`${directory}/`, '');
  }
}

test('answers of models that embed, and of endpoints, may be kept', () => {
  expect(refusal(CATALOG)).toBeUndefined();
  expect(
    refusal(CATALOG.replace('publisher: google\n    model: text-embedding-005', "endpoint: '1'")),
  ).toBeUndefined();
});

test.each([
  ['a model that draws', 'text-embedding-005', 'imagen-4.0-generate-001', 'No answer can be kept'],
  ['a model that writes', '[predict]', '[generateContent]', 'No answer can be kept'],
  ['restricted data', 'internal', 'restricted', 'Answers about restricted data are not kept.'],
])('answers of %s may not', (_, from, to, message) => {
  const said = refusal(CATALOG.replace(from, to));
  expect(said).toMatch(/^catalog\.yaml:10:\d+: entries\.0\.cache: /);
  expect(said).toContain(message);
});

test.each([
  ['no reason', ', reason: Tests.', '', 'reason'],
  ['no time', 'seconds: 60, ', '', 'seconds'],
  ['no time at all', '60', '0', 'seconds'],
  ['more than a day', '60', '86401', 'seconds'],
  ['half a second', '60', '0.5', 'seconds'],
  ['more to say', 'seconds', 'shared: true, seconds', 'shared'],
])('a cache with %s is refused', (_, from, to, named) => {
  expect(refusal(CATALOG.replace(from, to))).toContain(named);
});

test('what may be kept of an entry are the operations whose answer follows from the body', () => {
  const cache = { seconds: 60, reason: 'Tests.' };
  const operations = ['predict', 'rawPredict', 'explain', 'countTokens', 'streamRawPredict'] as const;
  expect(cachedOperations(endpointEntry({ operations: [...operations] }))).toEqual([]);
  expect(cachedOperations(endpointEntry({ operations: [...operations], cache }))).toEqual([
    'predict',
    'countTokens',
  ]);
  const all = ['predict', 'embedContent', 'countTokens', 'generateContent'] as const;
  expect(cachedOperations(modelEntry({ operations: [...all], cache }))).toEqual([
    'embedContent',
    'countTokens',
  ]);
  expect(cachedOperations(modelEntry({ model: 'gemini-embedding-2', operations: [...all], cache }))).toEqual([
    'predict',
    'embedContent',
    'countTokens',
  ]);
});
