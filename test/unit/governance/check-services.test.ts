import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createGovernance } from '../../../src/governance/governance.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'services-'));
  cpSync(resolve(__dirname, '../../../governance'), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const SERVICES = `services:
  - name: armor
    type: modelArmor
    resources: { eu: projects/sample-project/locations/eu/templates/strict }
  - name: shields
    type: promptShields
    resources: { eu: sample-westeurope, us: sample-eastus, global: sample-eastus }
  - name: language
    type: personalData
    categories: [Person]
    resources: { eu: sample-westeurope, us: sample-eastus, global: sample-eastus }
`;

function load(rule: string, services = SERVICES) {
  const members = rule.split('\n').join('\n    ');
  writeFileSync(
    join(folder, 'protection.yaml'),
    `${services}rules:\n  - id: one\n    reason: Tests.\n    ${members}\n`,
  );
  return loadGovernance(folder);
}

const ON_GEMINI = 'entries: [gemini-3.5-flash]\ndirection: request';

test('the strictest rule decides what a service finds, and one that requires it is enough', () => {
  const loaded = load(`${ON_GEMINI}
services: [language, shields]
action: allow
fail: open
operations: [generateContent]`);
  const { documents } = loaded;
  const [rule] = documents.protection?.rules ?? [];
  const entry = documents.catalog.entries.find(({ name }) => name === 'gemini-3.5-flash');
  if (!rule || !entry) throw new Error('The sample has changed.');
  const stricter = {
    ...rule,
    id: 'two',
    services: ['language'],
    action: 'redact' as const,
    fail: 'closed' as const,
  };
  const protection = { ...documents.protection, services: documents.protection?.services ?? [] };
  const governed = createGovernance(
    { ...documents, protection: { detectors: [], ...protection, rules: [rule, stricter] } },
    'version',
    () => () => true,
  );
  const principal = { roles: ['Analytics.Eu'], isDelegated: false, applicationId: '' };
  const servicesOf = (plan: ReturnType<typeof loaded.planProtection>) =>
    plan?.request?.services.map(({ name, action, isRequired }) => ({ name, action, isRequired }));
  expect(servicesOf(loaded.planProtection(principal, entry, 'generateContent'))).toEqual([
    { name: 'shields', action: 'allow', isRequired: false },
    { name: 'language', action: 'allow', isRequired: false },
  ]);
  expect(servicesOf(governed.planProtection(principal, entry, 'generateContent'))).toEqual([
    { name: 'shields', action: 'allow', isRequired: false },
    { name: 'language', action: 'redact', isRequired: true },
  ]);
  expect(loaded.planProtection(principal, entry, 'streamGenerateContent')).toBeUndefined();
});

test.each([
  [
    'a service that is not there',
    `${ON_GEMINI}\nservices: [shield]\naction: block`,
    '"shield" is not a known service',
  ],
  ['services without an action', `${ON_GEMINI}\nservices: [shields]`, 'no action on what they find'],
  [
    'a failure without services',
    `${ON_GEMINI}\nkinds: [email]\naction: block\nfail: open`,
    'only a rule with services',
  ],
  [
    'answers',
    `entries: [gemini-3.5-flash]\ndirection: both\nservices: [shields]\naction: block`,
    'services inspect what leaves',
  ],
  [
    'a replacement of what has no place',
    `${ON_GEMINI}\nservices: [shields]\naction: redact`,
    'does not say where',
  ],
  [
    'a location without a resource',
    `${ON_GEMINI}\nservices: [armor]\naction: block`,
    'the service armor has no resource for',
  ],
])('refuses a rule with %s', (_, rule, message) => {
  expect(() => load(rule)).toThrow(message);
});

test.each([
  ['a template of another location', 'locations/eu/', 'locations/us/', 'this template is in us'],
  [
    'the name of a resource for a template',
    'projects/sample-project/locations/eu/templates/strict',
    'strict',
    'no template',
  ],
  [
    'a template for the name of a resource',
    'eu: sample-westeurope',
    'eu: projects/p/locations/eu/templates/t',
    'is a template',
  ],
  [
    'a host for the name of a resource',
    'eu: sample-westeurope',
    'eu: https://example.com',
    'the name of a resource',
  ],
  ['an unknown location', '{ eu: sample-westeurope', '{ mars-north1: sample-westeurope', 'mars-north1'],
  [
    'categories of another type',
    'type: personalData',
    'type: promptShields',
    'only a service of the type personalData',
  ],
  ['a name twice', 'name: language', 'name: shields', 'shields'],
])('refuses a service with %s', (_, before, after, message) => {
  const rule = `${ON_GEMINI}\nservices: [shields]\naction: block\nfail: open`;
  expect(() => load(rule, SERVICES)).not.toThrow();
  expect(() => load(rule, SERVICES.replace(before, after))).toThrow(message);
});

test('answers are inspected inside generateContent alone', () => {
  const rule = `entries: [gemini-3.5-flash]\noperations: [generateContent]\ndirection: both\nservices: [armor]\nfail: open`;
  expect(() => load(`${rule}\naction: block`)).not.toThrow();
  expect(() => load(`${rule}\naction: allow`)).toThrow('inside generateContent alone');
});
