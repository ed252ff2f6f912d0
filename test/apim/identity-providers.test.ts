import { startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const CLIENT = '0oa1client';
/** What Okta's tokens have; Entra ID's claims, which the issuer of the tests signs too, are left out. */
const OKTA_CLAIMS = {
  tid: undefined,
  oid: undefined,
  azp: undefined,
  roles: undefined,
  cid: CLIENT,
  sub: CLIENT,
  groups: ['everyone', 'vertex-assistants'],
};

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

async function stampsOf(token: string): Promise<Record<string, unknown>> {
  const { status } = await edge.predict({ headers: { authorization: `Bearer ${token}` } });
  expect(status).toBe(200);
  const headers = edge.functionApp.received.at(-1)?.headers ?? {};
  const names = ['identity-provider', 'tenant-id', 'object-id', 'application-id', 'delegated', 'roles'];
  return Object.fromEntries(names.map((name) => [name, headers[`x-gateway-${name}`]]));
}

test('an application of Okta is stamped with the roles of its groups', async () => {
  expect(await stampsOf(await edge.okta.sign(OKTA_CLAIMS))).toEqual({
    'identity-provider': 'okta',
    'tenant-id': 'okta',
    'object-id': CLIENT,
    'application-id': CLIENT,
    delegated: 'false',
    roles: 'Assistants.Use',
  });
});

test.each([
  ['no groups', undefined, ''],
  ['a group that is mapped to no role', ['vertex-admins'], ''],
  ['one group, not in a list', 'vertex-assistants', 'Assistants.Use'],
])('with %s, an application of Okta has the roles of its groups', async (_, groups, roles) => {
  expect((await stampsOf(await edge.okta.sign({ ...OKTA_CLAIMS, groups }))).roles).toBe(roles);
});

test('roles and tenant that another issuer claims for itself count for nothing', async () => {
  const claims = { ...OKTA_CLAIMS, groups: [], roles: ['Audit.Read'], tid: 'a-tenant', oid: 'somebody' };
  expect(await stampsOf(await edge.okta.sign(claims))).toMatchObject({
    'tenant-id': 'okta',
    'object-id': CLIENT,
    roles: '',
  });
});

test.each(['azp', 'cid', 'client_id'])(
  'the application of an OIDC issuer’s token is its %s',
  async (name) => {
    const none = { azp: undefined, cid: undefined, client_id: undefined };
    const token = await edge.okta.sign({
      ...OKTA_CLAIMS,
      ...none,
      sub: 'an-application',
      [name]: 'an-application',
    });
    expect(await stampsOf(token)).toMatchObject({ 'application-id': 'an-application', delegated: 'false' });
  },
);

test('a token of an OIDC issuer without its scheme is refused', async () => {
  const authorization = await edge.okta.sign(OKTA_CLAIMS);
  const response = await edge.predict({ headers: { authorization } });
  expect([response.status, response.text]).toEqual([401, expect.stringContaining('TOKEN_')]);
  expect(edge.functionApp.received).toEqual([]);
});

test('a token of an OIDC issuer without a signature is refused', async () => {
  const [, payload] = (await edge.okta.sign(OKTA_CLAIMS)).split('.');
  const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const headers = { authorization: `Bearer ${header}.${payload}.` };
  expect((await edge.predict({ headers })).status).toBe(401);
  expect(edge.functionApp.received).toEqual([]);
});

test('an application of Okta that acts for a person is stamped so', async () => {
  const stamps = await stampsOf(await edge.okta.sign({ ...OKTA_CLAIMS, sub: 'person@example.com' }));
  expect(stamps).toMatchObject({ 'object-id': 'person@example.com', delegated: 'true' });
});

test.each([
  [{ scp: 'access_as_user' }, 'true'],
  [{ scp: 'access_as_user', idtyp: 'user' }, 'true'],
  [{ idtyp: 'app' }, 'false'],
  [{ scp: 'forged', idtyp: 'app' }, 'false'],
  [{}, 'false'],
])('Entra ID’s claims %j mean delegated: %s', async (claims, delegated) => {
  expect((await stampsOf(await edge.issuer.sign(claims))).delegated).toBe(delegated);
});

test('a token that names the other issuer is refused by that issuer’s keys', async () => {
  const tokens = [
    await edge.issuer.sign({ ...OKTA_CLAIMS, iss: edge.okta.issuer }),
    await edge.okta.sign({ iss: edge.issuer.issuer }),
    await edge.okta.sign({ ...OKTA_CLAIMS, aud: 'api://other' }),
    await edge.okta.sign({ ...OKTA_CLAIMS, exp: 1_000_000 }),
    await edge.okta.sign({ ...OKTA_CLAIMS, exp: undefined }),
    await edge.okta.sign({ ...OKTA_CLAIMS, iss: `${edge.okta.issuer}/` }),
  ];
  for (const token of tokens) {
    const response = await edge.predict({ headers: { authorization: `Bearer ${token}` } });
    expect([response.status, response.text]).toEqual([401, expect.stringContaining('TOKEN_INVALID')]);
  }
  expect(edge.functionApp.received).toEqual([]);
  expect(new Set(edge.traces.map(({ metadata }) => metadata.identityProvider))).toEqual(new Set(['']));
  const rules = edge.traces.map(({ metadata }) => metadata.rule);
  expect(rules).toEqual([
    'edge/validate-jwt',
    'edge/validate-azure-ad-token',
    'edge/validate-jwt',
    'edge/validate-jwt',
    'edge/validate-jwt',
    'edge/validate-azure-ad-token',
  ]);
});

test('keys of Okta that cannot be fetched are no fault of the caller', async () => {
  const own = await startEdge({ namedValues: { 'okta-openid-configuration': 'http://127.0.0.1:1/' } });
  try {
    const authorization = `Bearer ${await own.okta.sign(OKTA_CLAIMS)}`;
    const response = await own.predict({ headers: { authorization } });
    expect(response.status).toBe(503);
    expect(response.text).toContain('TOKEN_KEYS_UNAVAILABLE');
    // Entra ID's callers don't depend on it.
    expect((await own.predict()).status).toBe(200);
  } finally {
    await own.close();
  }
});
