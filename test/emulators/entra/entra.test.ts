import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import {
  functionAppIdentity,
  SAMPLE_TENANT_ID,
  sampleApplications,
} from '../../../emulators/entra/sample-applications.ts';
import { type Entra, startEntra } from '../../../emulators/entra/start-entra.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const NOW_IN_SECONDS = NOW / 1000;
const GUID = /^[0-9a-f-]{36}$/;

let entra: Entra;

beforeAll(async () => {
  entra = await start();
});
afterAll(() => entra.close());

function start(): Promise<Entra> {
  return startEntra({
    port: 0,
    tenantId: SAMPLE_TENANT_ID,
    applications: sampleApplications,
    servicePrincipals: [functionAppIdentity],
    now: () => NOW,
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
  const token = await tokenOf({ client_id: 'scoring-app', scope: 'api://vertex-gateway/.default' });
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(entra.jwksUri)), {
    issuer: entra.issuer,
    audience: 'api://vertex-gateway',
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
  const claims = decodeJwt(await tokenOf({ client_id: 'sandbox-app', scope: 'api://other/.default' }));
  expect(claims.aud).toBe('api://other');
  expect(claims).not.toHaveProperty('roles');
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
