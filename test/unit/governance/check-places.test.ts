import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

const CATALOG = `entries:
  - name: flash
    publisher: google
    model: gemini-3.5-flash
    environments: [production]
    project: sample-project
    locations: [us-central1]
    operations: [batchPredict]
    classification: internal
`;
const ACCESS = `identityProviders:
  - { id: entra, type: entra, tenantId: tenant, audiences: [gateway] }
roles:
  - { name: Batches.Use, environment: production, description: Tests. }
grants:
  - { id: batches, reason: Tests., roles: [Batches.Use], entries: [flash] }
storage:
  - id: batches-storage
    reason: Tests.
    roles: [Batches.Use]
    inputs: [gs://bucket/in, bq://sample-project.data]
    outputs: [gs://bucket/out]
`;
const LIMITS = `products:
  - { id: production, displayName: Production, description: Tests., environment: production }
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The error of the documents, without the directory; undefined for valid ones. */
function refusal(access: string, catalog = CATALOG): string | undefined {
  writeFileSync(join(directory, 'catalog.yaml'), catalog);
  writeFileSync(join(directory, 'access.yaml'), access);
  writeFileSync(join(directory, 'limits.yaml'), LIMITS);
  try {
    loadGovernance(directory);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(`${directory}/`, '');
  }
}

test('places of a role are taken', () => {
  expect(refusal(ACCESS)).toBeUndefined();
  expect(refusal(ACCESS.replace('    outputs: [gs://bucket/out]\n', ''))).toBeUndefined();
});

test.each<[what: string, from: string, to: string, message: string]>([
  [
    'an unknown role',
    'roles: [Batches.Use]\n    inputs',
    'roles: [Batch.Use]\n    inputs',
    'access.yaml:10:13: storage.0.roles.0: "Batch.Use" is not a known role. Did you mean "Batches.Use"?',
  ],
  [
    'a place without its scheme',
    'gs://bucket/out',
    'bucket/out',
    'access.yaml:12:15: storage.0.outputs.0: "bucket/out" is not a place. Did you mean "gs://bucket/out"?',
  ],
  [
    'a place of another service',
    'gs://bucket/out',
    's3://bucket/out',
    'access.yaml:12:15: storage.0.outputs.0: "s3://bucket/out" is not a place. Did you mean "gs://bucket/out"?',
  ],
  [
    'a table under the scheme of objects',
    'bq://sample-project.data',
    'gs://Sample/../data',
    'access.yaml:11:30: storage.0.inputs.1: "gs://Sample/../data" is not a place. Write gs://bucket, gs://bucket/path, bq://project.dataset, bq://project.dataset.table, https://host/path or the address of a YouTube video.',
  ],
  [
    'an address without encryption',
    'gs://bucket/in',
    'http://Files.example.com/in',
    'access.yaml:11:14: storage.0.inputs.0: "http://Files.example.com/in" is not a place. Did you mean "https://files.example.com/in"?',
  ],
  [
    'an address that two readers read as two',
    'gs://bucket/in',
    'https://user@files.example.com/in',
    'access.yaml:11:14: storage.0.inputs.0: "https://user@files.example.com/in" is not a place. Write gs://bucket, gs://bucket/path, bq://project.dataset, bq://project.dataset.table, https://host/path or the address of a YouTube video.',
  ],
  [
    'an address with a query',
    'gs://bucket/in',
    'https://files.example.com/in?x=1',
    'access.yaml:11:14: storage.0.inputs.0: "https://files.example.com/in?x=1" has a query, which is ignored. Leave it out. A place includes everything inside it.',
  ],
  [
    'a video that is written',
    'gs://bucket/out',
    'https://www.youtube.com/',
    'access.yaml:12:15: storage.0.outputs.0: "https://www.youtube.com/" can only be read. List it as an input.',
  ],
  [
    'a pattern',
    'gs://bucket/out',
    'gs://bucket/out/*',
    'access.yaml:12:15: storage.0.outputs.0: "gs://bucket/out/*" is a pattern. Leave the * out. A place includes everything inside it.',
  ],
  [
    'a whole project',
    'bq://sample-project.data',
    'bq://sample-project',
    'access.yaml:11:30: storage.0.inputs.1: "bq://sample-project" is a whole project. List its datasets one by one.',
  ],
  [
    'a place that is there twice',
    'bq://sample-project.data',
    'gs://bucket/in',
    'access.yaml:11:30: storage.0.inputs.1: "gs://bucket/in" occurs twice.',
  ],
  [
    'no place at all',
    '    inputs: [gs://bucket/in, bq://sample-project.data]\n    outputs: [gs://bucket/out]\n',
    '',
    'access.yaml:8:5: storage.0: this rule lists no place. Give it inputs or outputs.',
  ],
  [
    'an id that another rule has',
    'batches-storage',
    'batches',
    'access.yaml:8:9: storage.0.id: "batches" occurs twice.',
  ],
  [
    'roles that are one team in labels',
    'grants:',
    '  - { name: batches-use, environment: production, description: Tests. }\ngrants:',
    'access.yaml:5:13: roles.1.name: "batches-use" and "Batches.Use" have the same label at Google, "batches-use".',
  ],
  [
    'agents that are one in labels',
    'grants:',
    'agents:\n' +
      '  - { id: a.bot, reason: Tests., applicationId: 66666666-6666-4666-8666-666666666666, roles: [Batches.Use] }\n' +
      '  - { id: A-Bot, reason: Tests., applicationId: 77777777-7777-4777-8777-777777777777, roles: [Batches.Use] }\n' +
      'grants:',
    'access.yaml:7:11: agents.1.id: "A-Bot" and "a.bot" have the same label at Google, "a-bot".',
  ],
])('%s is refused with its place', (_, from, to, message) => {
  expect(ACCESS).toContain(from);
  expect(refusal(ACCESS.replace(from, to))).toBe(message);
});

test.each([
  [
    'of a project without entries',
    "{ id: sample-projects, number: '123456789012' }",
    'catalog.yaml:1:18: projects.0.id: "sample-projects" is not a known project of an entry. Did you mean "sample-project"?',
  ],
  [
    'that is no number',
    '{ id: sample-project, number: sample }',
    'catalog.yaml:1:42: projects.0.number: must be a Google Cloud project number, in quotes',
  ],
])('a number %s is refused', (_, project, message) => {
  expect(refusal(ACCESS, `projects: [${project}]\n${CATALOG}`)).toBe(message);
});
