import { ManagedIdentityCredential } from '@azure/identity';
import {
  type ManagedIdentity,
  startManagedIdentity,
} from '../../../emulators/managed-identity/start-managed-identity.ts';

const API_MANAGEMENT = { name: 'api-management', clientId: 'c1', objectId: 'd1' };
const FUNCTION_APP = { name: 'function-app', clientId: 'c2', objectId: 'd2' };
const TENANT_ID = '11111111-1111-4111-8111-111111111111';
const RESOURCE = 'api://google-federation';

let managedIdentity: ManagedIdentity;
let issued: Readonly<Record<string, unknown>>[];
let now: number;

beforeEach(async () => {
  issued = [];
  now = Date.UTC(2026, 0, 1);
  managedIdentity = await start();
});
afterEach(() => managedIdentity.close());

function start(tokenLifetimeInSeconds?: number): Promise<ManagedIdentity> {
  return startManagedIdentity({
    port: 0,
    tenantId: TENANT_ID,
    identities: [API_MANAGEMENT, FUNCTION_APP],
    issueToken: (claims) => {
      issued.push(claims);
      return Promise.resolve(`token-${issued.length}`);
    },
    now: () => now,
    ...(tokenLifetimeInSeconds !== undefined && { tokenLifetimeInSeconds }),
  });
}

async function get(
  query: Record<string, string>,
  header = managedIdentity.environmentOf('function-app').IDENTITY_HEADER,
): Promise<{ status: number; body: unknown }> {
  const endpoint = managedIdentity.environmentOf('function-app').IDENTITY_ENDPOINT;
  const response = await fetch(`${endpoint}?${new URLSearchParams(query).toString()}`, {
    headers: { 'x-identity-header': header },
  });
  return { status: response.status, body: await response.json() };
}

test('answers with the documented fields', async () => {
  expect(await get({ 'api-version': '2019-08-01', resource: RESOURCE })).toEqual({
    status: 200,
    body: {
      access_token: 'token-1',
      client_id: 'c2',
      expires_on: String(now / 1000 + 86_400),
      resource: RESOURCE,
      token_type: 'Bearer',
    },
  });
});

test("asks the tenant for the identity's claims and the expiry it reports", async () => {
  await get({ 'api-version': '2019-08-01', resource: RESOURCE });
  expect(issued).toEqual([
    { aud: RESOURCE, azp: 'c2', azpacr: '2', oid: 'd2', sub: 'd2', exp: now / 1000 + 86_400 },
  ]);
});

test("asks for a v1.0 token for one of Azure's own services", async () => {
  await get({ 'api-version': '2019-08-01', resource: 'https://storage.azure.com' });
  const issuer = `https://sts.windows.net/${TENANT_ID}/`;
  expect(issued).toEqual([
    {
      ...{ aud: 'https://storage.azure.com', iss: issuer, idp: issuer, ver: '1.0' },
      ...{ appid: 'c2', appidacr: '2', oid: 'd2', sub: 'd2', exp: now / 1000 + 86_400 },
    },
  ]);
});

test('gives tokens of the lifetime it is started with', async () => {
  const short = await start(60);
  const { expiresAt } = await short.requestToken('api-management', RESOURCE);
  expect(expiresAt.getTime()).toBe(now + 60_000);
  await short.close();
});

test('gives each identity its own endpoint and secret', async () => {
  const other = managedIdentity.environmentOf('api-management');
  expect(other.IDENTITY_ENDPOINT).not.toBe(managedIdentity.environmentOf('function-app').IDENTITY_ENDPOINT);
  const { status } = await get({ 'api-version': '2019-08-01', resource: RESOURCE }, other.IDENTITY_HEADER);
  expect(status).toBe(401);
});

test('gives a token without HTTP', async () => {
  expect(
    await managedIdentity.requestToken('api-management', 'api://vertex-gateway-functions'),
  ).toMatchObject({
    accessToken: 'token-1',
  });
  expect(issued).toMatchObject([{ oid: 'd1', aud: 'api://vertex-gateway-functions' }]);
});

test.each([
  ['another version', { 'api-version': '2017-09-01', resource: RESOURCE }],
  ['no version', { resource: RESOURCE }],
  ['no resource', { 'api-version': '2019-08-01' }],
  ['the client id of another identity', { 'api-version': '2019-08-01', resource: RESOURCE, client_id: 'c1' }],
  ['a resource id', { 'api-version': '2019-08-01', resource: RESOURCE, mi_res_id: '/subscriptions/x' }],
])('refuses %s', async (_what, query) => {
  const { status, body } = await get(query);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    statusCode: 400,
    message: expect.any(String) as string,
    correlationId: expect.any(String) as string,
  });
  expect(issued).toEqual([]);
});

test('takes the client id of the identity itself', async () => {
  const { status } = await get({ 'api-version': '2019-08-01', resource: RESOURCE, client_id: 'c2' });
  expect(status).toBe(200);
});

test('records each request', async () => {
  await get({ 'api-version': '2019-08-01', resource: RESOURCE });
  expect(managedIdentity.control.requests()).toMatchObject([
    {
      method: 'GET',
      path: '/function-app/msi/token?api-version=2019-08-01&resource=api%3A%2F%2Fgoogle-federation',
    },
  ]);
});

test('serves ManagedIdentityCredential', async () => {
  now = Date.now();
  const before = { ...process.env };
  Object.assign(process.env, managedIdentity.environmentOf('function-app'));
  try {
    const token = await new ManagedIdentityCredential().getToken(`${RESOURCE}/.default`);
    expect(token.token).toBe('token-1');
    expect(token.expiresOnTimestamp).toBeGreaterThan(now + 23 * 3_600_000);
  } finally {
    process.env = before;
  }
});
