import { ManagedIdentityCredential } from '@azure/identity';
import {
  type ManagedIdentity,
  startManagedIdentity,
} from '../../src/managed-identity/start-managed-identity.ts';

const API_MANAGEMENT = { name: 'api-management', clientId: 'c1', objectId: 'd1' };
const FUNCTION_APP = { name: 'function-app', clientId: 'c2', objectId: 'd2' };
const RESOURCE = 'api://google-federation';

let managedIdentity: ManagedIdentity;
const RESOURCE_ID =
  '/subscriptions/s1/resourcegroups/g1/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i1';
/** A user-assigned identity of the function app. */
const USER_ASSIGNED = { name: 'function-app', clientId: 'c3', objectId: 'd3', resourceId: RESOURCE_ID };

/** The client id, the resource and the lifetime in seconds of each token that was issued. */
let issued: (readonly [string, string, number])[];
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
    identities: [API_MANAGEMENT, FUNCTION_APP, USER_ASSIGNED],
    issueToken: ({ clientId }, resource, expiresAt) => {
      if (resource === 'api://nobody') return Promise.reject(new Error('AADSTS500011: Not found.'));
      issued.push([clientId, resource, (expiresAt.getTime() - now) / 1000]);
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

test('asks the tenant for a token of the identity with the expiry it reports', async () => {
  await get({ 'api-version': '2019-08-01', resource: RESOURCE });
  expect(issued).toEqual([['c2', RESOURCE, 86_400]]);
});

test.each([
  ['its client id', { client_id: 'C3' }],
  ['its principal id', { principal_id: 'd3' }],
  ['its object id', { object_id: 'd3' }],
  ['its resource id', { mi_res_id: RESOURCE_ID.replace('resourcegroups', 'resourceGroups') }],
])('gives a token of a user-assigned identity by %s', async (_what, query) => {
  const { status, body } = await get({ 'api-version': '2019-08-01', resource: RESOURCE, ...query });
  expect([status, body]).toMatchObject([200, { client_id: 'c3' }]);
  expect(issued).toEqual([['c3', RESOURCE, 86_400]]);
});

test('without a name, an app has its system-assigned identity alone', async () => {
  const own = await startManagedIdentity({
    port: 0,
    identities: [USER_ASSIGNED],
    issueToken: () => Promise.resolve('token'),
  });
  const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = own.environmentOf('function-app');
  const statuses = await Promise.all(
    ['', '&client_id=c3'].map(async (query) => {
      const url = `${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=${RESOURCE}${query}`;
      return (await fetch(url, { headers: { 'x-identity-header': IDENTITY_HEADER } })).status;
    }),
  );
  expect(statuses).toEqual([400, 200]);
  await expect(own.requestToken('function-app', RESOURCE)).rejects.toThrow('no such managed identity');
  await expect(own.requestToken('function-app', RESOURCE, 'c3')).resolves.toMatchObject({
    accessToken: 'token',
  });
  await own.close();
});

test('tells what the tenant says of a resource that it does not have', async () => {
  const { status, body } = await get({ 'api-version': '2019-08-01', resource: 'api://nobody' });
  expect([status, body]).toMatchObject([400, { message: expect.stringContaining('AADSTS500011') as string }]);
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
  expect(issued).toEqual([['c1', 'api://vertex-gateway-functions', 86_400]]);
});

test.each([
  ['another version', { 'api-version': '2017-09-01', resource: RESOURCE }],
  ['no version', { resource: RESOURCE }],
  ['no resource', { 'api-version': '2019-08-01' }],
  ['the client id of another identity', { 'api-version': '2019-08-01', resource: RESOURCE, client_id: 'c1' }],
  [
    'an unknown resource id',
    { 'api-version': '2019-08-01', resource: RESOURCE, mi_res_id: '/subscriptions/x' },
  ],
  [
    'an identity that is named twice',
    { 'api-version': '2019-08-01', resource: RESOURCE, client_id: 'c2', principal_id: 'd2' },
  ],
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
    for (const named of [{ clientId: 'c3' }, { objectId: 'd3' }, { resourceId: RESOURCE_ID }])
      await new ManagedIdentityCredential(named).getToken(`${RESOURCE}/.default`);
    expect(issued.map(([clientId]) => clientId)).toEqual(['c2', 'c3', 'c3', 'c3']);
  } finally {
    process.env = before;
  }
});
