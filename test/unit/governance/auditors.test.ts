import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '../../../src/governance/call-target.ts';
import { isAuditor } from '../../../src/governance/is-auditor.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { describeDocumentChanges } from '../../../scripts/policy/describe-document-changes.ts';
import { endpointEntry, governanceOf } from './governance-of.ts';

const AGENT = '66666666-6666-4666-8666-666666666666';
const OTHER_AGENT = '77777777-7777-4777-8777-777777777777';
const GRANT = { id: 'iris', reason: 'Tests.', roles: ['Score'], entries: ['iris'] };
const AUDITORS = { reason: 'Auditors look into any call.', roles: ['Audit.Read', 'Audit.All'] };

const { documents } = governanceOf({
  entries: [endpointEntry()],
  grants: [GRANT],
  agents: [
    { id: 'auditing-agent', reason: 'Tests.', applicationId: AGENT, roles: ['Audit.Read'] },
    { id: 'scoring-agent', reason: 'Tests.', applicationId: OTHER_AGENT, roles: ['Score'] },
  ],
  auditors: AUDITORS,
});

test.each<[string, Principal, boolean]>([
  [
    'with a role of auditors',
    { roles: ['Score', 'Audit.All'], applicationId: 'a', isDelegated: false },
    true,
  ],
  ['without one', { roles: ['Score'], applicationId: 'a', isDelegated: false }, false],
  ['without any role', { roles: [], applicationId: 'a', isDelegated: false }, false],
  [
    'that acts for an auditor and is one',
    { roles: ['Audit.Read'], applicationId: AGENT.toUpperCase(), isDelegated: true },
    true,
  ],
  [
    'that acts for an auditor and is none',
    { roles: ['Audit.Read'], applicationId: OTHER_AGENT, isDelegated: true },
    false,
  ],
  [
    'that is no known agent and acts for an auditor',
    { roles: ['Audit.Read'], applicationId: 'a', isDelegated: true },
    false,
  ],
  ['that acts for somebody else', { roles: ['Score'], applicationId: AGENT, isDelegated: true }, false],
])('an application %s reads all records: %#', (_, principal, expected) => {
  expect(isAuditor(documents.access, principal)).toBe(expected);
});

test('without auditors nobody is one', () => {
  const { auditors, ...access } = documents.access;
  expect(auditors).toBeDefined();
  expect(isAuditor(access, { roles: ['Audit.Read'], applicationId: 'a', isDelegated: false })).toBe(false);
});

const CATALOG = `entries:
  - name: iris
    endpoint: '1234567890'
    environments: [production]
    project: sample-project
    locations: [us-central1]
    operations: [predict]
    classification: internal
`;
const ACCESS = `identityProviders:
  - { id: entra, type: entra, tenantId: tenant, audiences: [gateway] }
roles:
  - { name: Scoring.Predict, environment: production, description: Tests. }
  - { name: Audit.Read, environment: production, description: Tests. }
grants:
  - { id: scoring-iris, reason: Tests., roles: [Scoring.Predict], entries: [iris] }
`;
const LIMITS = `products:
  - { id: production, displayName: Production, description: Tests., environment: production }
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function load(auditors: string) {
  writeFileSync(join(directory, 'catalog.yaml'), CATALOG);
  writeFileSync(join(directory, 'access.yaml'), `${ACCESS}${auditors}`);
  writeFileSync(join(directory, 'limits.yaml'), LIMITS);
  return loadGovernance(directory);
}

test('auditors are read from the access document', () => {
  const { auditors } = load('auditors: { reason: Tests., roles: [Audit.Read] }').documents.access;
  expect(auditors).toEqual({ reason: 'Tests.', roles: ['Audit.Read'] });
});

test.each([
  [
    '{ reason: Tests., roles: [Audit.Reed] }',
    /access\.yaml:8:\d+: auditors\.roles\.0: "Audit\.Reed" is not a known role\. Did you mean "Audit\.Read"\?/,
  ],
  ['{ reason: Tests., roles: [Audit.Read, Audit.Read] }', /auditors\.roles\.1: .* occurs twice/],
  ['{ reason: Tests., roles: [] }', /auditors\.roles/],
  ['{ roles: [Audit.Read] }', /auditors\.reason/],
  ['{ reason: Tests., roles: [Audit.Read], locations: [global] }', /auditors\.locations: /],
])('auditors %s are refused with their place', (auditors, message) => {
  expect(() => load(`auditors: ${auditors}`)).toThrow(message);
});

test('a change of the auditors is told', () => {
  const { auditors, ...access } = documents.access;
  const before = { ...documents, access };
  expect(describeDocumentChanges(before, documents)).toEqual([
    'The list of auditors is new. Auditors look into any call.',
  ]);
  expect(describeDocumentChanges(documents, before)).toEqual(['The list of auditors is gone.']);
  const fewer = { ...documents, access: { ...access, auditors: { ...AUDITORS, roles: ['Audit.Read'] } } };
  expect(auditors?.roles).toHaveLength(2);
  expect(describeDocumentChanges(documents, fewer)).toEqual([
    expect.stringMatching(/^The list of auditors: /),
  ]);
});
