import { randomUUID } from 'node:crypto';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import type { ApiRegistration } from '../../src/entra/api-registration.ts';
import {
  type Application,
  federationApi,
  functionAppIdentity,
  gatewayApi,
  SAMPLE_TENANT_ID,
  sampleApis,
  sampleApplications,
} from '../../src/entra/sample-applications.ts';
import { type Entra, type EntraOptions, startEntra } from '../../src/entra/start-entra.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const NOW_IN_SECONDS = NOW / 1000;
const GUID = /^[0-9a-f-]{36}$/;

let entra: Entra;

beforeAll(async () => {
  entra = await start();
});
afterAll(() => entra.close());

function start(changes: Partial<EntraOptions> = {}): Promise<Entra> {
  return startEntra({
    port: 0,
    tenantId: SAMPLE_TENANT_ID,
    apis: sampleApis,
    applications: sampleApplications,
    servicePrincipals: [functionAppIdentity],
    now: () => NOW,
    ...changes,
  });
}

async function requestToken(
  form: Record<string, string>,
  { url = entra.tokenUrl, headers = {} }: { url?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function tokenOf(form: Record<string, string>): Promise<string> {
  const { status, body } = await requestToken({ grant_type: 'client_credentials', ...form });
  expect(status).toBe(200);
  return body.access_token as string;
}

async function mint(request: unknown): Promise<string> {
  const { access_token: token } = (await entra.actions['POST tokens']?.(request)) as { access_token: string };
  return token;
}

test('discovery names the issuer, the keys and the token endpoint', async () => {
  const response = await fetch(`${entra.issuer}/.well-known/openid-configuration`);
  expect(await response.json()).toMatchObject({
    issuer: entra.issuer,
    jwks_uri: entra.jwksUri,
    token_endpoint: entra.tokenUrl,
  });
});

test('publishes only the public part of its key', async () => {
  const { keys } = (await (await fetch(entra.jwksUri)).json()) as { keys: object[] };
  expect(keys).toHaveLength(1);
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['e', 'issuer', 'kid', 'kty', 'n', 'use']);
});

test('grants an application a v2.0 token that its published key verifies', async () => {
  const token = await tokenOf({ client_id: 'scoring-app', scope: `${gatewayApi.clientId}/.default` });
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(entra.jwksUri)), {
    issuer: entra.issuer,
    audience: gatewayApi.clientId,
    algorithms: ['RS256'],
    currentDate: new Date(NOW),
  });
  expect(payload).toMatchObject({
    ver: '2.0',
    tid: SAMPLE_TENANT_ID,
    azp: 'a0000002-0000-4000-8000-000000000002',
    oid: 'b0000002-0000-4000-8000-000000000002',
    sub: 'b0000002-0000-4000-8000-000000000002',
    roles: ['Scoring.Predict'],
    idtyp: 'app',
    iat: NOW_IN_SECONDS,
    exp: NOW_IN_SECONDS + 3600,
  });
});

test('answers with the lifetime and forbids caching', async () => {
  const response = await fetch(entra.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'sandbox-app' }),
  });
  expect(response.headers.get('cache-control')).toContain('no-store');
  expect(await response.json()).toMatchObject({
    token_type: 'Bearer',
    expires_in: 3599,
    ext_expires_in: 3599,
  });
});

test.each(sampleApplications)('knows $name by its client id and by its name', async ({ name, clientId }) => {
  expect(decodeJwt(await tokenOf({ client_id: clientId })).azp).toBe(clientId);
  expect(decodeJwt(await tokenOf({ client_id: name })).azp).toBe(clientId);
});

test('takes the client id from HTTP Basic authentication', async () => {
  const basic = Buffer.from('sandbox-app:any').toString('base64');
  const { status } = await requestToken(
    { grant_type: 'client_credentials' },
    { headers: { authorization: `Basic ${basic}` } },
  );
  expect(status).toBe(200);
});

test('leaves the roles claim out for an application without a role', async () => {
  expect(decodeJwt(await tokenOf({ client_id: 'nobody-app' }))).not.toHaveProperty('roles');
});

test('an application that acts for a person gets a delegated token', async () => {
  const claims = decodeJwt(await tokenOf({ client_id: 'agent-app' }));
  expect(claims).toMatchObject({
    azp: 'a0000006-0000-4000-8000-000000000006',
    oid: 'e0000001-0000-4000-8000-000000000001',
    scp: 'access_as_user',
    roles: ['Assistants.Use'],
  });
  expect(claims).not.toHaveProperty('idtyp');
});

test("gives a token for another resource without the gateway's roles", async () => {
  const scope = 'api://google-federation/.default';
  const claims = decodeJwt(await tokenOf({ client_id: 'sandbox-app', scope }));
  expect(claims.aud).toBe(federationApi.clientId);
  expect(claims).not.toHaveProperty('roles');
  expect(claims).not.toHaveProperty('idtyp');
});

const V1_ISSUER = `https://sts.windows.net/${SAMPLE_TENANT_ID}/`;
const OPAQUE = expect.stringMatching(/^[\w.-]+$/) as string;
const TIMES = { iat: NOW_IN_SECONDS, nbf: NOW_IN_SECONDS, exp: NOW_IN_SECONDS + 3600 };
const STANDING = { tid: SAMPLE_TENANT_ID, uti: OPAQUE, rh: OPAQUE, aio: OPAQUE, ...TIMES };
const PERSON = {
  objectId: 'e0000009-0000-4000-8000-000000000009',
  subject: 'pairwise',
  name: 'Grace Sample',
  username: 'grace@contoso.example',
  roles: ['Sandbox.Use'],
};
const APPLICATION = {
  name: 'app',
  clientId: 'a0000009-0000-4000-8000-000000000009',
  objectId: 'b0000009-0000-4000-8000-000000000009',
  roles: ['Sandbox.Use', 'Not.Defined'],
};

/** Gives all claims of an application's token for an API with this registration, requested by any of its names. */
async function claimsFor(
  registration: Partial<ApiRegistration>,
  application: Application,
  asked: string = gatewayApi.clientId,
): Promise<{ claims: JWTPayload; header: JWTHeaderParameters; tenant: Entra }> {
  const tenant = await start({ apis: [{ ...gatewayApi, ...registration }], applications: [application] });
  const { body } = await requestToken(
    { grant_type: 'client_credentials', client_id: application.clientId, scope: `${asked}/.default` },
    { url: tenant.tokenUrl },
  );
  await tenant.close();
  const token = body.access_token as string;
  return { claims: decodeJwt(token), header: decodeProtectedHeader(token) as JWTHeaderParameters, tenant };
}

test('an application’s v2.0 token has the claims that are documented of it, and no others', async () => {
  const { claims, header, tenant } = await claimsFor({}, APPLICATION, 'api://vertex-gateway');
  expect(claims).toEqual({
    ...STANDING,
    aud: gatewayApi.clientId,
    iss: tenant.issuer,
    ver: '2.0',
    idtyp: 'app',
    roles: ['Sandbox.Use'],
    azp: APPLICATION.clientId,
    azpacr: '1',
    oid: APPLICATION.objectId,
    sub: APPLICATION.objectId,
  });
  expect(header).not.toHaveProperty('x5t');
});

test.each([
  [null, 'api://vertex-gateway'],
  [1, `api://${gatewayApi.clientId}`],
  [1, gatewayApi.clientId],
] as const)(
  'with version %j, the token of an application that asks for %s is a v1.0 one for that',
  async (requestedAccessTokenVersion, asked) => {
    const { claims, header } = await claimsFor({ requestedAccessTokenVersion }, APPLICATION, asked);
    expect(claims).toEqual({
      ...STANDING,
      aud: asked,
      iss: V1_ISSUER,
      idp: V1_ISSUER,
      ver: '1.0',
      idtyp: 'app',
      roles: ['Sandbox.Use'],
      appid: APPLICATION.clientId,
      appidacr: '1',
      oid: APPLICATION.objectId,
      sub: APPLICATION.objectId,
    });
    expect(header.x5t).toBe(header.kid);
  },
);

test('a person’s v2.0 token has their own claims beside those of the application', async () => {
  const { claims, tenant } = await claimsFor({}, { ...APPLICATION, person: PERSON });
  expect(claims).toEqual({
    ...STANDING,
    aud: gatewayApi.clientId,
    iss: tenant.issuer,
    ver: '2.0',
    roles: ['Sandbox.Use'],
    azp: APPLICATION.clientId,
    azpacr: '1',
    oid: PERSON.objectId,
    sub: PERSON.subject,
    scp: 'access_as_user',
    name: PERSON.name,
    preferred_username: PERSON.username,
  });
});

test('a person’s v1.0 token has the names that v1.0 tokens have', async () => {
  const { claims } = await claimsFor({ requestedAccessTokenVersion: 1 }, { ...APPLICATION, person: PERSON });
  expect(claims).toMatchObject({
    appid: APPLICATION.clientId,
    oid: PERSON.objectId,
    iss: V1_ISSUER,
    idp: V1_ISSUER,
    upn: PERSON.username,
    unique_name: PERSON.username,
    scp: 'access_as_user',
    amr: ['pwd'],
    acr: '1',
  });
  expect(claims).not.toHaveProperty('preferred_username');
});

test.each([1, 2] as const)(
  'a guest’s token of version %i names the tenant that they come from',
  async (version) => {
    const homeTenantId = '99999999-9999-4999-8999-999999999999';
    const { claims } = await claimsFor(
      { requestedAccessTokenVersion: version },
      { ...APPLICATION, person: { ...PERSON, username: 'guest@elsewhere.example', homeTenantId } },
    );
    expect(claims).toMatchObject({
      tid: SAMPLE_TENANT_ID,
      oid: PERSON.objectId,
      email: 'guest@elsewhere.example',
      idp: `https://sts.windows.net/${homeTenantId}/`,
    });
    expect(claims).not.toHaveProperty('upn');
  },
);

test('idtyp is an optional claim: of app-only tokens, or of all', async () => {
  const person = { ...APPLICATION, person: PERSON };
  const idtypOf = async (registration: { idtyp?: 'include_user_token' }, application: Application) => {
    const tenant = await start({
      apis: [{ ...federationApi, ...registration }],
      applications: [application],
    });
    const form = { grant_type: 'client_credentials', client_id: 'app' };
    const { body } = await requestToken(form, { url: tenant.tokenUrl });
    await tenant.close();
    return decodeJwt(body.access_token as string).idtyp;
  };
  expect(await idtypOf({}, APPLICATION)).toBeUndefined();
  expect(await idtypOf({ idtyp: 'include_user_token' }, APPLICATION)).toBe('app');
  expect(await idtypOf({ idtyp: 'include_user_token' }, person)).toBe('user');
});

test('of up to 200 groups all are in the token, of more none, but where to look', async () => {
  const ofGroups = async (count: number) => {
    const groups = Array.from({ length: count }, () => randomUUID());
    const registration = { groupMembershipClaims: 'SecurityGroup' as const };
    const { claims } = await claimsFor(registration, { ...APPLICATION, person: { ...PERSON, groups } });
    return claims;
  };
  expect((await ofGroups(200)).groups).toHaveLength(200);
  expect(await ofGroups(0)).not.toHaveProperty('groups');
  const overage = await ofGroups(201);
  expect(overage).not.toHaveProperty('groups');
  expect(overage).toMatchObject({
    _claim_names: { groups: 'src1' },
    _claim_sources: {
      src1: {
        endpoint: `https://graph.windows.net/${SAMPLE_TENANT_ID}/users/${PERSON.objectId}/getMemberObjects`,
      },
    },
  });
});

test.each([
  ['api://vertex-gateway-functions', '2.0', 'f0000002-0000-4000-8000-000000000002'],
  ['https://storage.azure.com/', '1.0', 'https://storage.azure.com/'],
  ['https://monitor.azure.com', '1.0', 'https://monitor.azure.com'],
])('gives a managed identity a token for %s in the form %s', async (resource, ver, aud) => {
  const expiresAt = new Date(NOW + 86_400_000);
  const claims = decodeJwt(await entra.issueIdentityToken(functionAppIdentity, resource, expiresAt));
  const { clientId, objectId } = functionAppIdentity;
  expect(claims).toEqual({
    ...STANDING,
    exp: NOW_IN_SECONDS + 86_400,
    aud,
    ver,
    oid: objectId,
    sub: objectId,
    ...(ver === '1.0'
      ? { iss: V1_ISSUER, idp: V1_ISSUER, appid: clientId, appidacr: '2' }
      : { iss: entra.issuer, azp: clientId, azpacr: '2' }),
  });
});

test('gives a managed identity no token for what the tenant does not have', async () => {
  const asked = entra.issueIdentityToken(functionAppIdentity, 'api://nobody', new Date(NOW));
  await expect(asked).rejects.toThrow('The resource principal named api://nobody was not found');
});

test('an API’s owner changes the version of its tokens', async () => {
  const tenant = await start();
  const change = (clientId: string, body: unknown) =>
    tenant.actions['PATCH registrations']?.(body, { path: [clientId], query: new URLSearchParams() });
  const versionOf = async () => {
    const form = { grant_type: 'client_credentials', client_id: 'scoring-app' };
    const { body } = await requestToken(form, { url: tenant.tokenUrl });
    return decodeJwt(body.access_token as string).ver;
  };
  expect(await versionOf()).toBe('2.0');
  expect(change(gatewayApi.clientId, { requestedAccessTokenVersion: null })).toMatchObject({
    clientId: gatewayApi.clientId,
    requestedAccessTokenVersion: null,
  });
  expect(await versionOf()).toBe('1.0');
  expect(() => change('x', { requestedAccessTokenVersion: 1 })).toThrow('There is no API "x".');
  for (const wrong of [
    undefined,
    {},
    { requestedAccessTokenVersion: 3 },
    { requestedAccessTokenVersion: 1, x: 1 },
  ])
    expect(() => change(gatewayApi.clientId, wrong)).toThrow('Send { "requestedAccessTokenVersion": 1 }');
  await tenant.close();
});

test('discovery of v1.0 tokens names their issuer, and the same keys', async () => {
  const url = entra.issuer.replace('v2.0', '.well-known/openid-configuration');
  const configuration = (await (await fetch(url)).json()) as { issuer: string; jwks_uri: string };
  expect(configuration.issuer).toBe(V1_ISSUER);
  const keyIdsAt = async (address: string) => {
    const { keys } = (await (await fetch(address)).json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid);
  };
  expect(await keyIdsAt(configuration.jwks_uri)).toEqual(await keyIdsAt(entra.jwksUri));
});

test.each([
  ['no grant type', { client_id: 'sandbox-app' }, 'invalid_request', 900144],
  ['another grant type', { grant_type: 'password', client_id: 'x' }, 'unsupported_grant_type', 70003],
  ['no client id', { grant_type: 'client_credentials' }, 'invalid_request', 900144],
  ['an unknown client', { grant_type: 'client_credentials', client_id: 'x' }, 'unauthorized_client', 700016],
  [
    'a managed identity',
    { grant_type: 'client_credentials', client_id: functionAppIdentity.clientId },
    'unauthorized_client',
    700016,
  ],
  [
    'a scope without /.default',
    { grant_type: 'client_credentials', client_id: 'sandbox-app', scope: 'api://vertex-gateway/read' },
    'invalid_scope',
    1002012,
  ],
  [
    'two scopes',
    {
      grant_type: 'client_credentials',
      client_id: 'sandbox-app',
      scope: 'api://a/.default api://b/.default',
    },
    'invalid_scope',
    1002012,
  ],
  [
    'a resource that the tenant does not have',
    { grant_type: 'client_credentials', client_id: 'sandbox-app', scope: 'api://nobody/.default' },
    'invalid_resource',
    500011,
  ],
])('refuses %s', async (_what, form, error, code) => {
  const { status, body } = await requestToken(form);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error,
    error_description: expect.stringMatching(`^AADSTS${code}: `) as string,
    error_codes: [code],
    timestamp: '2026-01-02 03:04:05Z',
    trace_id: expect.stringMatching(GUID) as string,
    correlation_id: expect.stringMatching(GUID) as string,
  });
});

test('refuses another tenant', async () => {
  const url = entra.tokenUrl.replace(SAMPLE_TENANT_ID, 'common');
  const { status, body } = await requestToken({ grant_type: 'client_credentials', client_id: 'x' }, { url });
  expect({ status, codes: body.error_codes }).toEqual({ status: 400, codes: [90002] });
});

test('refuses GET on the token endpoint', async () => {
  expect(await (await fetch(entra.tokenUrl)).json()).toMatchObject({ error_codes: [900561] });
});

test('has no other address', async () => {
  expect((await fetch(`${entra.issuer}/authorize`)).status).toBe(404);
});

test('mints a token that has expired', async () => {
  const claims = decodeJwt(await mint({ application: 'sandbox-app', expiresInSeconds: -60 }));
  expect(claims.exp).toBe(NOW_IN_SECONDS - 60);
  expect(claims.iat).toBeLessThan(claims.exp ?? 0);
});

test('mints a token of another audience or issuer, or with other claims', async () => {
  const claims = decodeJwt(
    await mint({
      application: 'function-app',
      audience: 'api://x',
      issuer: 'https://evil.example',
      claims: { tid: 'other' },
    }),
  );
  expect(claims).toMatchObject({
    aud: 'api://x',
    iss: 'https://evil.example',
    tid: 'other',
    oid: functionAppIdentity.objectId,
  });
});

test('refuses to mint for an unknown application or with an unknown field', async () => {
  await expect(mint({ application: 'x' })).rejects.toThrow('There is no application "x".');
  await expect(mint({ application: 'sandbox-app', lifetime: 1 })).rejects.toThrow('"lifetime" is not one of');
});

test('has other keys after a restart', async () => {
  const again = await start();
  const keyIdOf = async (tenant: Entra) => decodeProtectedHeader(await tenant.issueToken({})).kid;
  expect(await keyIdOf(again)).not.toBe(await keyIdOf(entra));
  await again.close();
});
