import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import { PRODUCTION_KEY, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}

const OPERATIONS = readdirSync('apim/apis').flatMap((api) => readOperations(api));
const SUSPENDED_KEY = 'suspended-key';
const ELSEWHERE_KEY = 'elsewhere-key';

/** Every operation of an API, with `x` for every parameter of its path. */
function readOperations(api: string): Operation[] {
  const { paths } = JSON.parse(readFileSync(join('apim/apis', api, 'specification.json'), 'utf8')) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      id: `${api} ${operationId}`,
      method: method.toUpperCase(),
      path: `/${api}${template.replace(/\{\w+\}/g, 'x')}`,
    })),
  );
}

let directory: string;
let edge: Edge;

/** A product that opens no API, besides the real products. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'apim-'));
  cpSync('apim', directory, { recursive: true });
  const product = join(directory, 'products/elsewhere');
  mkdirSync(product);
  writeFileSync(join(product, 'productInformation.json'), '{ "properties": {} }');
  edge = await startEdge({
    directory,
    subscriptions: [
      { id: 'production', name: 'Production', product: 'production', primaryKey: PRODUCTION_KEY },
      { id: 'sandbox', name: 'Sandbox', product: 'sandbox', primaryKey: SANDBOX_KEY },
      { id: 'elsewhere', name: 'Elsewhere', product: 'elsewhere', primaryKey: ELSEWHERE_KEY },
      {
        id: 'suspended',
        name: 'Suspended',
        product: 'sandbox',
        primaryKey: SUSPENDED_KEY,
        state: 'suspended',
      },
    ],
  });
});

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(async () => {
  await edge.close();
  rmSync(directory, { recursive: true });
});

const REFUSED: [string, OutgoingHttpHeaders, string][] = [
  ['no key', {}, 'SUBSCRIPTION_KEY_MISSING'],
  ...['nonsense', ELSEWHERE_KEY, SUSPENDED_KEY].flatMap((key): [string, OutgoingHttpHeaders, string][] => [
    [`the key ${key}`, { 'ocp-apim-subscription-key': key }, 'SUBSCRIPTION_KEY_INVALID'],
    [`the key ${key} elsewhere`, { 'x-goog-api-key': key }, 'SUBSCRIPTION_KEY_INVALID'],
    [`the key ${key} as the bearer`, { authorization: `Bearer ${key}` }, 'SUBSCRIPTION_KEY_INVALID'],
  ]),
  ['a key of production alone', { 'x-api-key': PRODUCTION_KEY }, 'TOKEN_MISSING'],
];

test.each(REFUSED)('%s opens no operation of any API', async (_, headers, code) => {
  expect(OPERATIONS.length).toBeGreaterThan(50);
  for (const { id, method, path } of OPERATIONS) {
    const { status, headers: answered } = await sendRequest(edge.port, { method, path, headers });
    expect([id, status]).toEqual([id, 401]);
    expect(answered['www-authenticate']).toMatch(
      code === 'TOKEN_MISSING' ? /^Bearer$/ : /^AzureApiManagementKey /,
    );
  }
  expect(edge.functionApp.received).toEqual([]);
  expect(edge.traces.map(({ metadata }) => metadata.code)).toEqual(OPERATIONS.map(() => code));
});

test('a token without a key opens no operation of any API', async () => {
  const headers = { authorization: `Bearer ${await edge.issuer.sign()}` };
  for (const { id, method, path } of OPERATIONS) {
    const { status } = await sendRequest(edge.port, { method, path, headers });
    expect([id, status]).toEqual([id, 401]);
  }
  expect(edge.functionApp.received).toEqual([]);
});

test('a right key, and a token where the product needs one, open every operation but live conversations', async () => {
  const token = `Bearer ${await edge.issuer.sign()}`;
  const credentials = [
    { authorization: `Bearer ${SANDBOX_KEY}` },
    { 'api-key': PRODUCTION_KEY, authorization: token },
  ];
  for (const headers of credentials) {
    for (const { id, method, path } of OPERATIONS) {
      const { status } = await sendRequest(edge.port, { method, path, headers });
      expect([id, status]).toEqual([id, id === 'vertex bidi-generate-content' ? 501 : 200]);
    }
  }
  const forwarded = OPERATIONS.filter(({ id }) => id !== 'vertex bidi-generate-content');
  expect(edge.functionApp.received.map(({ method, url }) => [method, url])).toEqual(
    [...forwarded, ...forwarded].map(({ method, path }) => [method, path]),
  );
});
