import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import { PREDICT, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const PORTAL = 'https://vertex-gateway.developer.azure-api.net';
let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
}, 30_000);

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

function preflight(origin: string, path = PREDICT, method = 'POST'): ReturnType<typeof sendRequest> {
  return sendRequest(edge.port, {
    method: 'OPTIONS',
    path,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,ocp-apim-subscription-key',
    },
  });
}

function readProperties(path: string): Record<string, unknown> {
  return (JSON.parse(readFileSync(join('apim', path), 'utf8')) as { properties: Record<string, unknown> })
    .properties;
}

test('the developer portal’s preflight is answered without key or token, and reaches nothing', async () => {
  const { status, headers } = await preflight(PORTAL);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'access-control-allow-origin': PORTAL,
    'access-control-allow-headers': 'authorization,ocp-apim-subscription-key',
    'access-control-max-age': '300',
  });
  expect(headers['access-control-allow-methods']).toContain('POST');
  expect(headers).not.toHaveProperty('access-control-allow-credentials');
  expect([edge.functionApp.received, edge.traces]).toEqual([[], []]);
});

test.each([
  'https://elsewhere.example',
  'null',
  `${PORTAL}.elsewhere.example`,
  PORTAL.replace('https', 'http'),
])('the preflight of %s allows nothing', async (origin) => {
  const { headers } = await preflight(origin);
  expect(headers).not.toHaveProperty('access-control-allow-origin');
  expect(edge.functionApp.received).toEqual([]);
});

test('a preflight for a method that no operation has allows nothing', async () => {
  expect((await preflight(PORTAL, PREDICT, 'PUT')).headers).not.toHaveProperty('access-control-allow-origin');
});

test.each([
  ['GET', '/gateway/v1/whoami'],
  ['POST', PREDICT],
  ['PATCH', '/vertex/v1/projects/p/locations/us-central1/cachedContents/1'],
  ['DELETE', '/vertex/v1/projects/p/locations/us-central1/cachedContents/1'],
])('a preflight for %s of an operation allows it', async (method, path) => {
  const { headers } = await preflight(PORTAL, path, method);
  expect(headers['access-control-allow-origin']).toBe(PORTAL);
  expect(headers['access-control-allow-methods']).toContain(method);
});

test('a call of the developer portal is answered with what its page may read', async () => {
  const { status, headers } = await edge.predict({ headers: { origin: PORTAL } });
  expect(status).toBe(200);
  expect(headers['access-control-allow-origin']).toBe(PORTAL);
  const readable = String(headers['access-control-expose-headers']).split(/,\s*/);
  expect(readable.toSorted()).toEqual([
    'deprecation',
    'link',
    'request-id',
    'retry-after',
    'retry-after-ms',
    'sunset',
    'x-gateway-cache',
    'x-gateway-notice',
    'x-policy-version',
    'x-ratelimit-limit-requests',
    'x-ratelimit-limit-streams',
    'x-ratelimit-limit-tokens',
    'x-ratelimit-remaining-requests',
    'x-ratelimit-remaining-streams',
    'x-ratelimit-remaining-tokens',
    'x-request-id',
    'x-should-retry',
  ]);
});

test('so is a refusal', async () => {
  const { status, headers } = await edge.predict({ headers: { origin: PORTAL, authorization: undefined } });
  expect([status, headers['access-control-allow-origin']]).toEqual([401, PORTAL]);
});

test('a call of another origin goes on as any other, and its page may read nothing', async () => {
  const elsewhere = { origin: 'https://elsewhere.example' };
  for (const call of [{}, { method: 'GET', path: '/gateway/v1/whoami', body: '' }]) {
    const { status, headers, text } = await edge.predict({ ...call, headers: elsewhere });
    expect([status, text]).toEqual([200, '{"ok":true}']);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
  expect(edge.functionApp.received).toHaveLength(2);
});

test('people sign in at Entra ID with PKCE, and there is no secret', () => {
  const server = readProperties('authorization-servers/entra/authorizationServerInformation.json');
  expect(server).toMatchObject({
    grantTypes: ['authorizationCodeWithPkce'],
    bearerTokenSendingMethods: ['authorizationHeader'],
    authorizationEndpoint: 'https://login.microsoftonline.com/{{tenant-id}}/oauth2/v2.0/authorize',
    tokenEndpoint: 'https://login.microsoftonline.com/{{tenant-id}}/oauth2/v2.0/token',
    defaultScope: '{{gateway-audience}}/.default',
  });
  expect(Object.keys(server).filter((name) => /secret|password/i.test(name))).toEqual([]);
});

test('every product that people see says what it is, what it allows and what a call needs', () => {
  expect(readProperties('products/sandbox/productInformation.json').description).toBe(
    'Try models out. Small limits, no production data. A subscription allows 600 calls a minute, 20,000 calls a day, 100,000 tokens a minute, 2,000,000 tokens a day and 10 streams at once. You may have one subscription at a time. A call needs the subscription key; a token makes it yours. A subscription belongs to one application: ask the platform team to list yours before it sends tokens.',
  );
  expect(readProperties('products/production/productInformation.json').description).toBe(
    'Serve applications. Limits fit the teams that are on it. A subscription allows 600,000 calls a minute, 50,000,000 calls a day and 500 streams at once. You may have 10 subscriptions at a time. A call needs the subscription key and a token of your identity provider. A subscription belongs to one application: ask the platform team to list yours before it sends tokens.',
  );
});

test('everybody who has signed in sees the sandbox, teams of production see it, and nobody sees the open product', () => {
  const groupsOf = (product: string): string[] => {
    const groups = JSON.parse(readFileSync(join('apim/products', product, 'groups.json'), 'utf8')) as {
      name: string;
    }[];
    return groups.map(({ name }) => name);
  };
  expect(groupsOf('sandbox')).toEqual(['developers']);
  expect(groupsOf('production')).toEqual(['production-teams']);
  expect(readdirSync('apim/products/open')).not.toContain('groups.json');
  expect(readProperties('groups/production-teams/groupInformation.json')).toMatchObject({ type: 'custom' });
});
