import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkService } from '../src/check-service.ts';
import { startTestGateway } from './start-test-gateway.ts';

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const POLICY =
  '<policies><inbound><base /></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>';
const api = (path: string): string => JSON.stringify({ properties: { path } });
const namedValue = (displayName: string): string =>
  JSON.stringify({ properties: { displayName, value: 'v' } });
const specification = (paths: string): string =>
  `openapi: 3.0.3\ninfo: { title: Echo, version: '1' }\npaths:\n${paths}`;

/** A folder in which nothing is wrong. */
const SERVICE: Readonly<Record<string, string>> = {
  'policy.xml': '<policies><backend><forward-request /></backend></policies>',
  'apis/echo/apiInformation.json': api('echo'),
  'apis/echo/specification.yaml': specification('  /items/{id}: { get: { operationId: get-item } }'),
  'apis/echo/policy.xml': POLICY,
  'apis/echo/operations/get-item/policy.xml': POLICY,
  'products/starter/productInformation.json': '{ "properties": {} }',
  'products/starter/apis/echo/productApiInformation.json': '{}',
  'products/starter/policy.xml': POLICY,
  'policy fragments/stamp/policy.xml': '<fragment><set-status code="200" /></fragment>',
  'policy fragments/stamp/policyFragmentInformation.json': '{ "properties": {} }',
  'named-values/team/namedValueInformation.json': namedValue('team'),
  'backends/gpu/backendInformation.json':
    '{ "properties": { "protocol": "http", "url": "https://gpu.example" } }',
  'groups/teams/groupInformation.json': '{ "properties": {} }',
};

/** Returns the refusals of the service with further files, without the folder's name. */
async function refusals(files: Readonly<Record<string, string>>): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'service-'));
  directories.push(directory);
  for (const [path, content] of Object.entries({ ...SERVICE, ...files })) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  const found = await checkService({ directory, namedValues: {} });
  return found.map((one) => one.replaceAll(`${directory}/`, ''));
}

const UNREAD = 'Nothing reads this file: it is misplaced, or not supported.';

test('a folder of which every file is read has nothing refused', async () => {
  expect(await refusals({})).toEqual([]);
});

test.each([
  'polices.xml',
  'Policy.xml',
  'apis/policy.xml',
  'apis/echo/operations/policy.xml',
  'apis/echo/operation/get-item/policy.xml',
  'apis/echo/Policy.xml',
  'apis/echo/operations/get-item/policy.xml.bak',
  'product/starter/policy.xml',
  'products/starter/policies.xml',
  'policyfragments/stamp/policy.xml',
  'policy-fragment/stamp/policy.xml',
  'named-value/x/namedValueInformation.json',
  'backends/backendInformation.json',
  'apis/echo/specification.json',
  'workspaces/team/apis/x/policy.xml',
  'diagnostics/azuremonitor/diagnosticInformation.json',
  'README.md',
])('%s is named, for nobody reads it', async (file) => {
  expect(await refusals({ [file]: POLICY })).toEqual([`${file}: ${UNREAD}`]);
});

test('what is not read for another reason is not named twice', async () => {
  expect(
    await refusals({
      'apis/echo/operations/get-itme/policy.xml': POLICY,
      'apis/other/policy.xml': POLICY,
      'products/none/policy.xml': POLICY,
    }),
  ).toEqual([
    'apis/echo/operations/get-itme: The API has no such operation.',
    'apis/other/apiInformation.json: The file is missing.',
    'products/none/productInformation.json: The file is missing.',
  ]);
});

test('a specification in JSON is read as one, and named with its place where it is none', async () => {
  const other = (text: string) =>
    refusals({
      'apis/other/apiInformation.json': api('other'),
      'apis/other/operations/put-item/policy.xml': POLICY,
      'apis/other/specification.json': text,
    });
  const paths = { '/items': { put: { operationId: 'put-item' } } };
  expect(await other(JSON.stringify({ openapi: '3.0.3', paths }))).toEqual([]);
  expect(await other('{ "openapi": "3.0.3",\n  "paths": {}, }')).toEqual([
    'apis/other/specification.json:2:16 It is no JSON.',
    'apis/other/operations/put-item: The API has no such operation.',
  ]);
});

test('files that a dot hides are no part of a service', async () => {
  expect(await refusals({ '.gitkeep': '', 'apis/.DS_Store': '' })).toEqual([]);
});

test.each([
  [
    'two APIs at one path',
    { 'apis/second/apiInformation.json': api('/Echo/') },
    'apis/second/apiInformation.json: The path "Echo" is that of the API "echo" too.',
  ],
  [
    'an MCP server at the path of an API',
    {
      'mcp-servers/tools/mcpServerInformation.json': JSON.stringify({
        properties: {
          path: 'ECHO',
          type: 'mcp',
          mcpTools: [{ name: 'get', operationId: '/apis/echo/operations/get-item' }],
        },
      }),
    },
    'mcp-servers/tools/mcpServerInformation.json: The path "ECHO" is that of the API "echo" too.',
  ],
  [
    'APIs whose names differ in case',
    { 'apis/Echo/apiInformation.json': api('other') },
    'apis/echo: It is the same resource as apis/Echo.',
  ],
  [
    'one fragment in both spellings of its folder',
    { 'policy-fragments/stamp/policy.xml': '<fragment><set-status code="201" /></fragment>' },
    'policy-fragments/stamp: It is the same resource as policy fragments/stamp.',
  ],
  [
    'backends whose names differ in case',
    { 'backends/GPU/backendInformation.json': SERVICE['backends/gpu/backendInformation.json'] ?? '' },
    'backends/gpu: It is the same resource as backends/GPU.',
  ],
  [
    'named values of one display name',
    { 'named-values/other/namedValueInformation.json': namedValue('Team') },
    'named-values/team/namedValueInformation.json: The displayName "team" is that of named-values/other/namedValueInformation.json too.',
  ],
  [
    'products whose names differ in case',
    { 'products/Starter/productInformation.json': '{ "properties": {} }' },
    'products/starter: It is the same resource as products/Starter.',
  ],
  [
    'operations of one id',
    {
      'apis/echo/specification.yaml': specification(
        '  /a: { get: { operationId: get-item } }\n  /b: { get: { operationId: get-item } }',
      ),
    },
    'apis/echo/specification.yaml: The operationId "get-item" is that of "get-item" too.',
  ],
  [
    'operations whose ids differ in case',
    {
      'apis/echo/specification.yaml': specification(
        '  /a: { get: { operationId: get-item } }\n  /b: { get: { operationId: Get-Item } }',
      ),
    },
    'apis/echo/specification.yaml: The operationId "Get-Item" is that of "get-item" too.',
  ],
  [
    'operations of one method and template',
    {
      'apis/echo/specification.yaml': specification(
        '  /items/{id}: { get: { operationId: get-item } }\n  /Items/{name}: { get: { operationId: by-name }, post: { operationId: post } }',
      ),
    },
    'apis/echo/specification.yaml: GET /Items/{name} ("by-name") is the operation "get-item" too.',
  ],
])('%s are refused', async (_what, files, refusal) => {
  const [path] = Object.keys(files);
  const missing = path?.startsWith('apis/') && path.endsWith('apiInformation.json');
  const specified = missing
    ? { [join(dirname(path ?? ''), 'specification.yaml')]: specification('  {}') }
    : {};
  expect(await refusals({ ...specified, ...files })).toContain(refusal);
});

test.each([
  ['a file that nobody reads', { 'apis/echo/operations/policy.xml': POLICY }, UNREAD],
  [
    'a path that is there twice',
    { 'apis/two/apiInformation.json': api('echo'), 'apis/two/specification.yaml': specification('  {}') },
    'The path "echo" is that',
  ],
])('a gateway does not start with %s', async (_what, files, refusal) => {
  await expect(startTestGateway({ files })).rejects.toThrow(refusal);
});
