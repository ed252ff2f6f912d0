import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkBicepFiles } from '../../scripts/infra/check-bicep-files.ts';

const MONITORING = 'infra/azure/monitoring';
const storage = readFileSync('infra/azure/storage/main.bicep', 'utf8');
const witness = readFileSync('infra/azure/storage/witness.bicep', 'utf8');
const keyVault = readFileSync('infra/azure/key-vault/main.bicep', 'utf8');

/** The text of one resource. */
function resourceOf(bicep: string, name: string): string {
  const [text] = new RegExp(`^resource ${name} [^]*?^[}\\]]`, 'm').exec(bicep) ?? [];
  if (text === undefined) throw new Error(`There is no resource ${name}.`);
  return text;
}

test('every query of monitoring is deployed', async () => {
  const { referenced } = await checkBicepFiles(process.cwd(), 'infra');
  const files = ['queries', 'alerts'].flatMap((folder) =>
    readdirSync(join(MONITORING, folder)).map((name) => resolve(MONITORING, folder, name)),
  );
  expect(files).toHaveLength(21);
  expect(files.filter((file) => !referenced.has(file))).toEqual([]);
});

test('a saved query has the title of its own file', () => {
  const main = readFileSync(join(MONITORING, 'main.bicep'), 'utf8');
  const questions = Array.from(
    main.matchAll(
      /id: '([^']*)'\n {4}title: '([^']*)'\n {4}body: (?:'\$\{records\}\$\{)?loadTextContent\('queries\/([^']*)\.kql'\)/g,
    ),
    ([, id, title, file]) => ({ id, title, file }),
  );
  expect(questions.map(({ id }) => id).toSorted()).toEqual(
    readdirSync(join(MONITORING, 'queries')).map((name) => name.replace('.kql', '')),
  );
  for (const { id, title, file } of questions) {
    expect(file).toBe(id);
    expect(title).toMatch(/\?$/);
  }
});

test('each alert is named in the documentation', () => {
  const documentation = readFileSync('docs/audit.md', 'utf8');
  for (const name of readdirSync(join(MONITORING, 'alerts')))
    expect(documentation).toContain(`\`${name.replace('.kql', '')}\``);
});

test('Application Insights takes telemetry from identities alone, and whoever sends has the role for it', () => {
  const component = resourceOf(
    readFileSync('infra/azure/application-insights/main.bicep', 'utf8'),
    'applicationInsights',
  );
  expect(component).toContain('DisableLocalAuth: true');
  expect(component).toContain('SamplingPercentage: 100');
  const monitoring = readFileSync(join(MONITORING, 'main.bicep'), 'utf8');
  const service = readFileSync('infra/azure/api-management/service.bicep', 'utf8');
  expect(resourceOf(monitoring, 'appWrites')).toMatch(/roleDefinitions', monitoringMetricsPublisher\)/);
  expect(resourceOf(service, 'writesRecords')).toContain("roleDefinitions', monitoringMetricsPublisher)");
  for (const file of [monitoring, service])
    expect(file).toContain("var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'");
});

test('the edge’s logger signs in with the identity that has the role', () => {
  const { properties } = JSON.parse(
    readFileSync('apim/loggers/application-insights/loggerInformation.json', 'utf8'),
  ) as { properties: { credentials: object } };
  expect(properties.credentials).toEqual({
    connectionString: '{{application-insights-connection-string}}',
    identityClientId: '{{edge-client-id}}',
  });
  expect(readFileSync('infra/azure/api-management/service.bicep', 'utf8')).toContain(
    "identity: { type: 'UserAssigned', userAssignedIdentities: { '${edgeIdentity.id}': {} } }",
  );
});

test('the storage of the trail takes no key, no old TLS and nobody without an identity', () => {
  expect(resourceOf(storage, 'account')).toMatch(
    /allowSharedKeyAccess: false\n[^]*allowBlobPublicAccess: false\n[^]*minimumTlsVersion: 'TLS1_2'\n[^]*supportsHttpsTrafficOnly: true\n/,
  );
  for (const container of ['ledger', 'state', 'subjects', 'content'])
    expect(resourceOf(storage, container)).toContain("publicAccess: 'None'");
});

test('nothing keeps what was erased', () => {
  const blobs = resourceOf(storage, 'blobs');
  expect(blobs).toContain('isVersioningEnabled: false');
  expect(blobs).toMatch(/[^r]deleteRetentionPolicy: \{ enabled: false \}/);
});

test('the ledger can be appended to and not rewritten, and the function app deletes nothing', () => {
  const policy = resourceOf(storage, 'appendOnly');
  expect(policy).toContain('parent: ledger');
  expect(policy).toContain('allowProtectedAppendWrites: true');
  expect(resourceOf(storage, 'recorder')).not.toContain('/delete');
  const roles = storage
    .split(/^resource /m)
    .filter((resource) => resource.includes('principalId: appIdentity.properties.principalId'));
  expect(roles).toHaveLength(4);
  for (const role of roles) expect(role).toContain('roleDefinitionId: recorder.id');
});

test('the function app adds heads to the witness, and replaces and deletes none', () => {
  expect(resourceOf(witness, 'attester')).toMatch(
    /dataActions: \[\n +'[^']*blobs\/read'\n +'[^']*blobs\/add\/action'\n +\]/,
  );
  expect(resourceOf(witness, 'appAttests')).toContain('roleDefinitionId: attester.id');
  const policy = resourceOf(witness, 'createOnly');
  expect(policy).toContain('parent: heads');
  expect(policy).toContain('allowProtectedAppendWrites: false');
  expect(resourceOf(witness, 'auditorsReadHeads')).toContain("roleDefinitions', reader)");
  const assignments = witness.match(/^resource \w+ 'Microsoft.Authorization\/roleAssignments@/gm);
  expect(assignments).toHaveLength(2);
});

test('the storage of the witness takes no key, no old TLS and nobody without an identity', () => {
  expect(resourceOf(witness, 'account')).toMatch(
    /allowSharedKeyAccess: false\n[^]*allowBlobPublicAccess: false\n[^]*minimumTlsVersion: 'TLS1_2'\n[^]*supportsHttpsTrafficOnly: true\n/,
  );
  expect(resourceOf(witness, 'heads')).toContain("publicAccess: 'None'");
  expect(witness).toContain(".blob.${environment().suffixes.storage}/tree-heads'");
});

test('whoever erases cannot delete from the ledger, and auditors only read', () => {
  const contributors = storage
    .split(/^resource /m)
    .filter((resource) => resource.includes("roleDefinitions', roles.contributor)"));
  expect(contributors.map((resource) => /scope: (\w+)/.exec(resource)?.[1])).toEqual(['subjects', 'content']);
  for (const name of ['auditorsRead', 'auditorsReadState', 'auditorsListContent'])
    expect(resourceOf(storage, name)).toContain("roleDefinitions', roles.reader)");
  // They see the names of contents, and not even their ciphertext.
  expect(resourceOf(storage, 'auditorsListContent')).toMatch(
    /condition: '!\(ActionMatches\{.*blobs\/read.*\} AND NOT SubOperationMatches\{.*Blob\.List.*\}\)'/,
  );
});

test('the key signs and wraps, is never exported and cannot be purged', () => {
  const key = resourceOf(keyVault, 'key');
  expect(key).toContain("keyOps: ['sign', 'verify', 'wrapKey', 'unwrapKey']");
  expect(key).toContain('exportable: false');
  const vault = resourceOf(keyVault, 'vault');
  for (const line of ['enablePurgeProtection: true', 'enableRbacAuthorization: true'])
    expect(vault).toContain(line);
});
