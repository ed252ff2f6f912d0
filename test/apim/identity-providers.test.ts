import { GATEWAY_CLIENT_ID, TENANT } from '@vertex-ai-gateway/test-support/token-issuer';
import { startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const CLIENT = '0oa1client';
const AUDIENCE_HINT = `v2.0 tokens have the audience ${GATEWAY_CLIENT_ID}, v1.0 tokens that or their application id URI`;
const VERSION_HINT = 'The version of the token does not belong to its issuer';
/** The claims of Okta's tokens, without those of Entra ID, which the tests' issuer adds by default. */
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
  expect(stamps).toMatchObject({ 'object-id': 'person%40example.com', delegated: 'true' });
});

test.each([
  ["o'neil@example.com", 'o%27neil%40example.com'],
  ['a+b c', 'a%2Bb%20c'],
  ['jürgen|北京', 'j%C3%BCrgen%7C%E5%8C%97%E4%BA%AC'],
  ['50%\r\nx-gateway-roles: Audit.Read', '50%25%0D%0Ax-gateway-roles%3A%20Audit.Read'],
])('the subject %j of an OIDC issuer is stamped percent-encoded', async (sub, stamped) => {
  const stamps = await stampsOf(await edge.okta.sign({ ...OKTA_CLAIMS, sub }));
  expect(stamps).toMatchObject({ 'object-id': stamped, roles: 'Assistants.Use' });
});

/** The claims that v1.0 tokens have in place of those of v2.0 tokens, which the tests' issuer adds by default. */
const V1_CLAIMS = {
  iss: `https://sts.windows.net/${TENANT}/`,
  idp: `https://sts.windows.net/${TENANT}/`,
  ver: '1.0',
  azp: undefined,
  appid: '33333333-3333-4333-8333-333333333333',
  appidacr: '1',
};

test.each([
  ['v2.0, with the client id', {}],
  ['v1.0, with the client id', V1_CLAIMS],
  ['v1.0, with the application id URI', { ...V1_CLAIMS, aud: `api://${GATEWAY_CLIENT_ID}` }],
  ['v1.0, with a slash behind it', { ...V1_CLAIMS, aud: `api://${GATEWAY_CLIENT_ID}/` }],
])('a token of Entra ID in the form %s as its audience is let in', async (_, claims) => {
  expect(await stampsOf(await edge.issuer.sign(claims))).toMatchObject({
    'tenant-id': TENANT,
    'application-id': '33333333-3333-4333-8333-333333333333',
    roles: 'Sandbox.Use Scoring.Predict',
  });
});

test.each([
  ['the URI of v1.0 tokens in a v2.0 one', { aud: `api://${GATEWAY_CLIENT_ID}` }, AUDIENCE_HINT],
  ['another URI in a v1.0 one', { ...V1_CLAIMS, aud: 'api://vertex-gateway' }, AUDIENCE_HINT],
  ['the issuer of v2.0 and the version of v1.0', { ver: '1.0' }, VERSION_HINT],
  ['the issuer of v1.0 and the version of v2.0', { ...V1_CLAIMS, ver: '2.0' }, VERSION_HINT],
  ['no version', { ver: undefined }, VERSION_HINT],
  [
    'the issuer and audience of v1.0 and the version of v2.0',
    { ...V1_CLAIMS, aud: `api://${GATEWAY_CLIENT_ID}`, ver: '2.0' },
    VERSION_HINT,
  ],
])(
  'a token with %s, which Entra ID never gives, is refused, and operators are told',
  async (_, claims, hint) => {
    const headers = { authorization: `Bearer ${await edge.issuer.sign(claims)}` };
    const { status, text } = await edge.predict({ headers });
    expect([status, text]).toEqual([401, expect.stringContaining('TOKEN_INVALID')]);
    expect(text).toContain(hint);
    expect(edge.functionApp.received).toEqual([]);
  },
);

test('of many app roles only those go on that the documents know, once each', async () => {
  const roles = Array.from(
    { length: 131 },
    (_, index) => `Some.Other.Application.Role.${index}.${'x'.repeat(20)}`,
  );
  const token = await edge.issuer.sign({ roles: [...roles, 'Audit.Read', 'Sandbox.Use', 'Audit.Read'] });
  expect((await stampsOf(token)).roles).toBe('Audit.Read Sandbox.Use');
});

test('names, groups and directory roles of a token go no further', async () => {
  const guids = Array.from(
    { length: 200 },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
  const claims = { name: 'x'.repeat(2_000), groups: guids, wids: guids.slice(0, 20), scp: 'access_as_user' };
  expect(await stampsOf(await edge.issuer.sign(claims))).toMatchObject({
    roles: 'Sandbox.Use Scoring.Predict',
  });
});

test('a guest is who they are in this tenant', async () => {
  const claims = {
    idp: 'https://sts.windows.net/99999999-9999-4999-8999-999999999999/',
    email: 'guest@elsewhere.example',
    scp: 'access_as_user',
    oid: '55555555-5555-4555-8555-555555555555',
  };
  for (const form of [{}, V1_CLAIMS]) {
    expect(await stampsOf(await edge.issuer.sign({ ...form, ...claims }))).toMatchObject({
      'tenant-id': TENANT,
      'object-id': '55555555-5555-4555-8555-555555555555',
      delegated: 'true',
    });
  }
});

test.each([
  [{ scp: 'access_as_user' }, 'true'],
  [{ scp: 'access_as_user', idtyp: 'user' }, 'true'],
  [{ idtyp: 'user' }, 'true'],
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
    // Callers of Entra ID do not depend on Okta.
    expect((await own.predict()).status).toBe(200);
  } finally {
    await own.close();
  }
});
