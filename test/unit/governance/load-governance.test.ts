import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Governance } from '../../../src/governance/governance.ts';
import { GovernanceDocumentError, loadGovernance } from '../../../src/governance/load-governance.ts';

const CATALOG = `entries:
  - name: iris
    endpoint: '1234567890'
    project: sample-project
    locations: [us-central1]
    operations: [predict]
`;
const ACCESS = `grants:
  - id: scoring-iris
    reason: The scoring team classifies flowers.
    roles: [Scoring.Predict]
    entries: [iris]
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function load(catalog = CATALOG, access = ACCESS): Governance {
  writeFileSync(join(directory, 'catalog.yaml'), catalog);
  writeFileSync(join(directory, 'access.yaml'), access);
  return loadGovernance(directory);
}

/** The error's message without the directory. */
function refusal(catalog: string, access?: string): string {
  try {
    load(catalog, access);
  } catch (error) {
    expect(error).toBeInstanceOf(GovernanceDocumentError);
    return (error as Error).message.replace(`${directory}/`, '');
  }
  throw new Error('the documents were accepted');
}

test('the committed documents load', () => {
  const governance = loadGovernance(join(import.meta.dirname, '../../../governance'));
  expect(governance.locations).toContain('europe-west4');
});

test('loading leaves the documents as they are', () => {
  load();
  expect(readFileSync(join(directory, 'catalog.yaml'), 'utf8')).toBe(CATALOG);
});

test('the policy version changes with either document, and with nothing else', () => {
  const { policyVersion } = load();
  expect(policyVersion).toMatch(/^[0-9a-f]{64}$/);
  expect(load().policyVersion).toBe(policyVersion);
  expect(load(`${CATALOG}# a comment\n`).policyVersion).not.toBe(policyVersion);
  expect(load(CATALOG, `${ACCESS}# a comment\n`).policyVersion).not.toBe(policyVersion);
});

test('moving text from one document to the other changes the policy version', () => {
  const { policyVersion } = load(`${CATALOG}# a`, `# b\n${ACCESS}`);
  expect(load(`${CATALOG}# a# b\n`, ACCESS).policyVersion).not.toBe(policyVersion);
});

test('a syntax error tells file, line and column', () => {
  expect(refusal(CATALOG, 'grants:\n  - id: x\n   roles: [\n')).toMatch(/^access\.yaml:3:\d+: \S/);
});

test('a key that stands twice tells file, line and column', () => {
  expect(refusal(CATALOG, ACCESS.replace('    entries', '    id: other\n    entries'))).toMatch(
    /^access\.yaml:5:5: Map keys must be unique/,
  );
});

test('an alias without an anchor tells the file', () => {
  expect(refusal('entries: *missing\n')).toMatch(/^catalog\.yaml:1:1: .*alias/);
});

test.each([
  ['an empty document', '', 'catalog.yaml:1:1: Invalid input: expected object, received null'],
  [
    'an unknown key',
    `${CATALOG}    colour: red\n`,
    'catalog.yaml:2:5: entries.0: Unrecognized key: "colour"',
  ],
  [
    'a location that can be no location',
    CATALOG.replace('us-central1', 'us-central1, evil.example#'),
    'catalog.yaml:5:30: entries.0.locations.1: a Google Cloud location such as europe-west4 or global',
  ],
  [
    'an operation that the gateway does not know',
    CATALOG.replace('[predict]', '[explain]'),
    'catalog.yaml:6:18: entries.0.operations.0: Invalid option: expected one of "predict"|"generateContent"|"streamGenerateContent"',
  ],
  [
    'an entry without locations',
    CATALOG.replace('[us-central1]', '[]'),
    'catalog.yaml:5:16: entries.0.locations: Too small: expected array to have >=1 items',
  ],
  [
    'a project that can be no project',
    CATALOG.replace('sample-project', 'Sample/Project'),
    'catalog.yaml:4:14: entries.0.project: a Google Cloud project id or number',
  ],
])('%s in the catalog is refused with its place', (_, catalog, message) => {
  expect(refusal(catalog)).toBe(message);
});

test('a number where a name is expected is refused with its place', () => {
  expect(refusal(CATALOG, ACCESS.replace('[Scoring.Predict]', '[7]'))).toBe(
    'access.yaml:4:13: grants.0.roles.0: Invalid input: expected string, received number',
  );
});

test('a grant without a reason is refused', () => {
  expect(refusal(CATALOG, ACCESS.replace(/ {4}reason.*\n/, ''))).toBe(
    'access.yaml:2:5: grants.0.reason: Invalid input: expected string, received undefined',
  );
});

test('a grant of an entry that the catalog does not have is refused with what it has', () => {
  expect(refusal(CATALOG, ACCESS.replace('[iris]', '[iris, isis]'))).toBe(
    'access.yaml:5:21: grants.0.entries.1: "isis" is not in the catalog, which has: iris.',
  );
});

test('two entries of one name are refused', () => {
  const twin = CATALOG.slice('entries:\n'.length).replace('1234567890', '42');
  expect(refusal(CATALOG + twin)).toBe('catalog.yaml:7:11: entries.1.name: "iris" is there twice.');
});

test('two entries for one endpoint are refused', () => {
  const twin = CATALOG.slice('entries:\n'.length).replace('iris', 'other');
  expect(refusal(CATALOG + twin)).toBe('catalog.yaml:7:5: entries.1: "endpoints/1234567890" is there twice.');
});

test('two grants of one id are refused', () => {
  const twin = ACCESS.slice('grants:\n'.length);
  expect(refusal(CATALOG, ACCESS + twin)).toBe(
    'access.yaml:6:9: grants.1.id: "scoring-iris" is there twice.',
  );
});

test('a document that is not there is refused with its path', () => {
  expect(() => loadGovernance(directory)).toThrow(join(directory, 'catalog.yaml'));
});
