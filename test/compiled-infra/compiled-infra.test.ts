import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkBicepFiles } from '../../scripts/infra/check-bicep-files.ts';
import { Settings } from '../../src/settings.ts';
import { type InfrastructureCopy, copyInfrastructure } from './compile-infra.ts';
import { type ArmTemplate, findResources, readTemplate } from './read-template.ts';

let infrastructure: InfrastructureCopy;
let template: ArmTemplate;

beforeAll(() => {
  infrastructure = copyInfrastructure();
  template = readTemplate(infrastructure.compile('infra/azure/main.bicep').output);
});

afterAll(() => {
  infrastructure[Symbol.dispose]();
});

function filesNamed(ending: string): string[] {
  return readdirSync('infra', { recursive: true, encoding: 'utf8' })
    .map((path) => join('infra', path))
    .filter((path) => path.endsWith(ending));
}

const DEPLOYED = [
  'infra/bootstrap/azure.bicep',
  'infra/azure/main.bicep',
  'infra/azure/storage/witness.bicep',
];

test.each(DEPLOYED)('%s compiles with its modules, without an error, a warning or a hint', (file) => {
  expect(infrastructure.compile(file).diagnostics).toEqual([]);
});

test('every other Bicep file is a module of these, or is imported', async () => {
  const { referenced } = await checkBicepFiles(process.cwd(), 'infra');
  const alone = filesNamed('.bicep').filter((file) => !referenced.has(resolve(file)));
  expect(alone.toSorted()).toEqual(DEPLOYED.toSorted());
});

test.each(filesNamed('.bicepparam'))('%s gives main.bicep what it asks for', (file) => {
  expect(infrastructure.compileParameters(file).diagnostics).toEqual([]);
});

// https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits
test('the deployment stays within the limits of Azure Resource Manager', () => {
  const megabyte = 1_048_576;
  expect(JSON.stringify(template).length).toBeLessThan(4 * megabyte);
  expect(Object.keys(template.parameters ?? {}).length).toBeLessThanOrEqual(256);
  expect(Object.keys(template.outputs ?? {}).length).toBeLessThanOrEqual(64);
  expect(Object.keys(template.variables ?? {}).length).toBeLessThanOrEqual(512);
  const resources = findResources(template);
  expect(resources.length).toBeGreaterThan(100);
  expect(resources.length).toBeLessThanOrEqual(800);
  for (const resource of resources) expect(JSON.stringify(resource).length).toBeLessThan(megabyte);
});

test('the function app gets every setting that it needs, and none that it does not know', () => {
  const deployment = template.resources.functionApp;
  const settings = JSON.stringify(deployment?.properties?.parameters?.settings);
  const known = Object.entries(Settings.shape);
  const named = new Set(Array.from(settings.matchAll(/'([A-Z][A-Z0-9_]+)'/g), ([, name]) => name));
  expect(named.size).toBeGreaterThan(10);
  expect([...named].filter((name) => !known.some(([key]) => key === name))).toEqual([]);
  const required = known.filter(([, schema]) => !schema.safeParse(undefined).success).map(([name]) => name);
  expect(required.filter((name) => !named.has(name))).toEqual([]);
});

test('no resource makes, reads or takes a key or a secret', () => {
  const text = JSON.stringify(template);
  expect(text).not.toMatch(
    /listKeys|listSecrets|listAccountSas|listServiceSas|clientSecret|"secureString"|"securestring"/i,
  );
  const accounts = findResources(template).filter(({ type }) => type === 'Microsoft.Storage/storageAccounts');
  expect(accounts).toHaveLength(2);
  for (const { properties } of accounts) expect(properties).toMatchObject({ allowSharedKeyAccess: false });
});

test('accounts that inspect content have no keys', () => {
  const accounts = findResources(template).filter(
    ({ type }) => type === 'Microsoft.CognitiveServices/accounts',
  );
  expect(accounts.map(({ properties }) => properties?.disableLocalAuth)).toEqual([true]);
});

test('Front Door keeps no answer, and passes calls on by TLS alone', () => {
  const routes = findResources(template).filter(
    ({ type }) => type === 'Microsoft.Cdn/profiles/afdEndpoints/routes',
  );
  expect(routes).toHaveLength(1);
  const [{ properties } = {}] = routes;
  expect(properties).toMatchObject({ supportedProtocols: ['Https'], forwardingProtocol: 'HttpsOnly' });
  expect(properties).not.toHaveProperty('cacheConfiguration');
});

test('what inspects and what joins regions is deployed only where it is asked for', () => {
  for (const name of ['inspection', 'frontDoor'])
    expect(JSON.stringify(template.resources[name])).toMatch(/"condition":"\[not\(empty\(/);
});

test('each identity is assigned by the user, and is there before what uses it', () => {
  const types = ['Microsoft.Web/sites', 'Microsoft.ApiManagement/service'];
  const users = findResources(template).filter(({ type }) => types.includes(type));
  expect(users).toHaveLength(2);
  for (const { identity } of users) expect(identity).toMatchObject({ type: 'UserAssigned' });
});
