import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkBicepFiles } from '../../scripts/infra/check-bicep-files.ts';
import { loadBicepReader } from '../../scripts/infra/read-bicep.ts';

const ROOT = process.cwd();

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => resolve(parentPath, name));
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

test('the Bicep files are Bicep, and every file that they name is there', async () => {
  expect((await checkBicepFiles(ROOT, 'infra')).mistakes).toEqual([]);
});

test('every file of the edge is deployed', async () => {
  const { referenced } = await checkBicepFiles(ROOT, 'infra');
  const files = filesUnder('apim');
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => !referenced.has(file))).toEqual([]);
});

test.each([
  ['param name', 1, 'The identifier is missing.'],
  ["resource a 'x@2025' = {\n  name: 'a'\n", 2, '"}" is missing.'],
  ['var a = 1\nvar list = [\n  1', 3, '"]" is missing.'],
  ['var a = 1\nresorce b = 2', 2, 'The syntax is not valid Bicep.'],
  ['extension graph\nvar a = 1\nresorce b = 2', 3, 'The syntax is not valid Bicep.'],
  ['var a = 1\n\nmodule m "x" = {}', 3, 'The syntax is not valid Bicep.'],
])('%j has a mistake in line %i', async (source, line, problem) => {
  const read = await loadBicepReader();
  expect(read(source).mistakes[0]).toMatchObject({ line, problem });
});

test('a file that is named and not there, and a folder without Bicep, are told with their place', async () => {
  const root = mkdtempSync(join(tmpdir(), 'bicep-'));
  try {
    mkdirSync(join(root, 'infra/modules'), { recursive: true });
    expect((await checkBicepFiles(root, 'infra')).mistakes).toEqual(['infra: There is no Bicep file.']);
    writeFileSync(
      join(root, 'infra/modules/one.bicep'),
      "var a = loadTextContent('../policy.xml')\nmodule m 'two.bicep' = {}\n",
    );
    expect((await checkBicepFiles(root, 'infra')).mistakes).toEqual([
      'infra/modules/one.bicep:1:25: There is no file ../policy.xml.',
      'infra/modules/one.bicep:2:10: There is no file two.bicep.',
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('every policy is deployed as raw XML', () => {
  const policies = readdirSync('infra/azure/api-management')
    .map((name) => readText(join('infra/azure/api-management', name)))
    .join('\n');
  const resources = policies.match(/service\/(\w+\/)*(policies|policyFragments)@[^=]*=[^]*?\n(\}|\])/g) ?? [];
  expect(resources.length).toBe(6);
  for (const resource of resources) expect(resource).toContain("format: 'rawxml'");
});

test('every named value that a document names exists, and none is left over', () => {
  const documents = filesUnder('apim')
    .filter((file) => !file.includes('/named-values/'))
    .map(readText)
    .join('\n');
  const named = new Set(Array.from(documents.matchAll(/\{\{([\w-]+)\}\}/g), ([, name]) => name));
  expect([...named].toSorted()).toEqual(readdirSync('apim/named-values').toSorted());
});

test('a deployment gives a value to every named value, and none is a secret', () => {
  const main = readText('infra/azure/api-management/main.bicep');
  for (const name of readdirSync('apim/named-values')) {
    const { properties } = JSON.parse(
      readText(join('apim/named-values', name, 'namedValueInformation.json')),
    ) as { properties: { secret: boolean; value?: string } };
    expect(properties).toMatchObject({ secret: false, value: expect.any(String) as string });
    expect(main).toContain(`  '${name}': `);
  }
});

test('a service of a v2 tier can be deployed, without the ciphers that it chooses itself', () => {
  const allowed = /@allowed\(\[([^\]]*)\]\)\nparam tier /.exec(
    readText('infra/azure/api-management/main.bicep'),
  );
  for (const tier of ['Premium', 'BasicV2', 'StandardV2', 'PremiumV2'])
    expect(allowed?.[1]).toContain(`'${tier}'`);
  expect(readText('infra/azure/api-management/service.bicep')).toContain(
    "endsWith(tier, 'V2') ? outdatedProtocols : concat(outdatedProtocols, ['Ciphers.TripleDes168'])",
  );
});

test('what one deployment may do without has a default, and no named value where it is left out', () => {
  const main = readText('infra/azure/api-management/main.bicep');
  expect(main).toContain("param oktaIssuer string = ''\n");
  expect(main).toContain('param gatewayLoopbackUrl string = gatewayUrl\n');
  expect(main).toMatch(/empty\(oktaIssuer\)\s+\? \{\}\s+: \{\s+'okta-issuer'/);
  expect(readText('infra/azure/api-management/named-values.bicep')).toContain(
    'filter(definitions, one => contains(namedValues, one.displayName))',
  );
});

test('diagnostics log no body, no query and no header but ids, and lose no record to sampling', () => {
  const { properties } = JSON.parse(
    readText('apim/diagnostics/applicationinsights/diagnosticInformation.json'),
  ) as {
    properties: {
      sampling: object;
      logClientIp: boolean;
      frontend: { request: object; response: object };
      backend: { request: object; response: object };
    };
  };
  const hidden = [{ value: '*', mode: 'Hide' }];
  const request = {
    headers: [],
    body: { bytes: 0 },
    dataMasking: { queryParams: hidden, headers: hidden },
  };
  const response = (headers: string[]) => ({ headers, body: { bytes: 0 } });
  expect(properties).toMatchObject({
    sampling: { samplingType: 'fixed', percentage: 100 },
    logClientIp: false,
    frontend: { request, response: response(['x-request-id', 'x-gateway-cache']) },
    backend: { request, response: response(['x-request-id']) },
  });
});

test('each product but the open one opens the MCP server', () => {
  const opening = JSON.parse(readText('apim/mcp-servers/agents/products.json')) as { name: string }[];
  const products = readdirSync('apim/products').filter((id) => id !== 'open');
  expect(opening.map(({ name }) => name)).toEqual(products);
});
