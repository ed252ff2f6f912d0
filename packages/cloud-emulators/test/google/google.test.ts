import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeProtectedHeader, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { Agent, request } from 'undici';
import {
  federationApi,
  apiManagementIdentity,
  functionAppIdentity,
  SAMPLE_TENANT_ID,
} from '../../src/entra/sample-applications.ts';
import { type Entra, startEntra } from '../../src/entra/start-entra.ts';
import { type Google, startGoogle } from '../../src/google/start-google.ts';
import {
  createCertificateAuthority,
  type LocalCertificateAuthority,
} from '../../src/loopback/certificate-authority.ts';

const POOL = 'projects/123456789012/locations/global/workloadIdentityPools/azure';
const AUDIENCE = `//iam.googleapis.com/${POOL}/providers/entra`;
const PRINCIPAL = `principal://iam.googleapis.com/${POOL}/subject/${functionAppIdentity.objectId}`;
const EMAIL = 'vertex-gateway@sample-project.iam.gserviceaccount.com';
const POOL_MEMBERS = `principalSet://iam.googleapis.com/${POOL}/*`;
const NOBODY = { projects: [], serviceAccounts: [] };
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const EXCHANGE = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  audience: AUDIENCE,
  scope: SCOPE,
  requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
};

let now: number;
let entra: Entra;
let google: Google;
let authority: LocalCertificateAuthority;
let dispatcher: Agent;

beforeAll(async () => {
  entra = await startEntra({
    port: 0,
    tenantId: SAMPLE_TENANT_ID,
    applications: [],
    servicePrincipals: [],
    now: () => now,
  });
});
afterAll(() => entra.close());

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  authority = await createCertificateAuthority();
  dispatcher = new Agent({ connect: { ca: authority.certificate } });
  google = await startGoogle({
    port: 0,
    tls: authority.server,
    poolProvider: {
      audience: AUDIENCE,
      issuerUri: entra.issuer,
      allowedAudiences: [federationApi.clientId],
      attributeCondition: `assertion.sub=='${functionAppIdentity.objectId}'`,
    },
    iam: {
      projects: [],
      serviceAccounts: [
        { email: EMAIL, bindings: [{ role: 'roles/iam.workloadIdentityUser', members: [POOL_MEMBERS] }] },
      ],
    },
    now: () => now,
  });
});
afterEach(async () => {
  await dispatcher.destroy();
  await google.close();
});

function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { aud: federationApi.clientId, sub: functionAppIdentity.objectId, ...changes };
}

async function post(
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await request(`https://127.0.0.1:${google.port}${path}`, {
    method: 'POST',
    dispatcher,
    headers,
    body,
  });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

async function exchange(subjectToken: string, changes: Record<string, string> = {}) {
  const form = new URLSearchParams({ ...EXCHANGE, subject_token: subjectToken, ...changes });
  return post('/v1/token', form.toString(), { 'content-type': 'application/x-www-form-urlencoded' });
}

async function federatedToken(): Promise<string> {
  const { body } = await exchange(await entra.issueToken(claims()));
  return body.access_token as string;
}

async function impersonate(token: string, body: unknown = { scope: [SCOPE] }, email = EMAIL) {
  return post(`/v1/projects/-/serviceAccounts/${email}:generateAccessToken`, JSON.stringify(body), {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  });
}

test('exchanges a subject token for a federated token', async () => {
  const { status, body } = await exchange(await entra.issueToken(claims()));
  expect(status).toBe(200);
  expect(body).toEqual({
    access_token: expect.stringMatching(/^ya29\./) as string,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: 3600,
  });
  expect(google.checkAccessToken(body.access_token as string)).toEqual({ principal: PRINCIPAL });
});

test.each([1, null] as const)(
  'a provider with the issuer of v1.0 tokens takes those of a registration with version %j',
  async (requestedAccessTokenVersion) => {
    const tenant = await startEntra({
      port: 0,
      tenantId: SAMPLE_TENANT_ID,
      apis: [{ ...federationApi, requestedAccessTokenVersion }],
      applications: [],
      servicePrincipals: [],
      now: () => now,
    });
    const uri = `api://${federationApi.clientId}`;
    const own = await startGoogle({
      port: 0,
      tls: authority.server,
      poolProvider: {
        audience: AUDIENCE,
        issuerUri: tenant.v1Issuer,
        openIdConfiguration: tenant.issuer.replace('v2.0', '.well-known/openid-configuration'),
        allowedAudiences: [uri],
        attributeCondition: `assertion.sub=='${functionAppIdentity.objectId}'`,
      },
      iam: NOBODY,
      now: () => now,
    });
    const ask = async (subjectToken: string) => {
      const form = new URLSearchParams({ ...EXCHANGE, subject_token: subjectToken });
      const answer = await request(`https://127.0.0.1:${own.port}/v1/token`, {
        method: 'POST',
        dispatcher,
        body: form.toString(),
      });
      const { error_description: refusal } = (await answer.body.json()) as { error_description?: string };
      return [answer.statusCode, refusal];
    };
    const expiresAt = new Date(now + 3_600_000);
    expect(await ask(await tenant.issueIdentityToken(functionAppIdentity, uri, expiresAt))).toEqual([
      200,
      undefined,
    ]);
    await tenant.actions['PATCH registrations']?.(
      { requestedAccessTokenVersion: 2 },
      { path: [federationApi.clientId], query: new URLSearchParams() },
    );
    expect(await ask(await tenant.issueIdentityToken(functionAppIdentity, uri, expiresAt))).toEqual([
      400,
      `The issuer in ID Token ${tenant.issuer} does not match the expected one in config: ${tenant.v1Issuer}`,
    ]);
    await own.close();
    await tenant.close();
  },
);

test('a provider with the issuer of v2.0 tokens takes no audience but the client id', async () => {
  const { status, body } = await exchange(await entra.issueToken(claims({ aud: 'api://google-federation' })));
  expect([status, body.error_description]).toEqual([
    400,
    'The audience in ID Token [api://google-federation] does not match the expected audience.',
  ]);
});

test('gives another federated token at each exchange', async () => {
  expect(await federatedToken()).not.toBe(await federatedToken());
});

test('a federated token does not outlive its subject token', async () => {
  const { body } = await exchange(await entra.issueToken(claims({ exp: now / 1000 + 90 })));
  expect(body.expires_in).toBe(90);
});

test('knows no token after it expired, and none that it has not issued', async () => {
  const token = await federatedToken();
  now += 3_600_000;
  expect(google.checkAccessToken(token)).toBeUndefined();
  expect(google.checkAccessToken('ya29.x')).toBeUndefined();
});

test.each([
  ['an expired token', { exp: -61 }, 'invalid_grant', / is stale to sign-in\.$/],
  ['a token from the future', { iat: 61 }, 'invalid_grant', / is stale to sign-in\.$/],
  ['no expiry', { exp: undefined }, 'invalid_grant', / is stale to sign-in\.$/],
  [
    'another audience',
    { aud: 'api://x' },
    'invalid_grant',
    /^The audience in ID Token \[api:\/\/x\] does not/,
  ],
  ['no audience', { aud: undefined }, 'invalid_grant', /^The audience in ID Token \[\] does not match/],
  [
    'another issuer',
    { iss: 'https://x' },
    'invalid_grant',
    /^The issuer in ID Token https:\/\/x does not match/,
  ],
  ['no subject', { sub: undefined }, 'unauthorized_client', /rejected by the attribute condition/],
  [
    'another subject',
    { sub: apiManagementIdentity.objectId },
    'unauthorized_client',
    /rejected by the attribute condition/,
  ],
])('refuses %s', async (_what, changes, error, description) => {
  const instants = Object.entries<unknown>(changes).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'number' ? now / 1000 + value : value,
  ]);
  const token = await entra.issueToken(claims(Object.fromEntries(instants)));
  expect(await exchange(token)).toEqual({
    status: 400,
    body: { error, error_description: expect.stringMatching(description) as string },
  });
});

test('tolerates a minute of clock skew', async () => {
  const { status } = await exchange(await entra.issueToken(claims({ exp: now / 1000 - 59 })));
  expect(status).toBe(200);
});

test('refuses a token signed with another key, unsigned, or not a token', async () => {
  const { privateKey } = await generateKeyPair('RS256');
  const { kid = '' } = decodeProtectedHeader(await entra.issueToken({}));
  const forged = await new SignJWT({ ...claims(), iss: entra.issuer, exp: now / 1000 + 60 })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(privateKey);
  const unsigned = new UnsecuredJWT({ ...claims(), iss: entra.issuer, exp: now / 1000 + 60 }).encode();
  const badSignature = {
    error: 'invalid_grant',
    error_description: 'Unable to verify the ID Token signature.',
  };
  expect((await exchange(forged)).body).toEqual(badSignature);
  expect((await exchange(unsigned)).body).toEqual(badSignature);
  expect((await exchange('nonsense')).body).toEqual({
    error: 'invalid_grant',
    error_description: 'Unable to parse the ID Token.',
  });
});

test.each([
  ['another grant type', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
  ['no audience', { audience: '' }, 'invalid_request'],
  ['a malformed audience', { audience: 'https://iam.googleapis.com/x' }, 'invalid_request'],
  ['an unknown provider', { audience: `//iam.googleapis.com/${POOL}/providers/x` }, 'invalid_target'],
  [
    'another requested type',
    { requested_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
    'invalid_request',
  ],
  [
    'another subject type',
    { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
    'invalid_request',
  ],
  ['another scope', { scope: 'https://www.googleapis.com/auth/x' }, 'invalid_scope'],
])('refuses an exchange with %s', async (_what, changes, error) => {
  const { status, body } = await exchange(await entra.issueToken(claims()), changes);
  expect({ status, error: body.error }).toEqual({ status: 400, error });
});

test('a service account token is of the account and lives as long as asked', async () => {
  const { status, body } = await impersonate(await federatedToken(), { scope: [SCOPE], lifetime: '600s' });
  expect({ status, body }).toEqual({
    status: 200,
    body: { accessToken: expect.stringMatching(/^ya29\./) as string, expireTime: '2026-01-01T00:10:00Z' },
  });
  expect(google.checkAccessToken(body.accessToken as string)).toEqual({
    principal: `serviceAccount:${EMAIL}`,
  });
  now += 600_000;
  expect(google.checkAccessToken(body.accessToken as string)).toBeUndefined();
});

test.each([
  ['no scope', {}, 'Scope required.'],
  ['another scope', { scope: ['https://www.googleapis.com/auth/x'] }, 'Request contains an invalid argument'],
  ['no lifetime', { scope: [SCOPE], lifetime: '0s' }, 'Lifetime of access token must be larger then zero.'],
  ['more than an hour', { scope: [SCOPE], lifetime: '3601s' }, 'can not have lifetimes of more than 1 hour'],
  ['a lifetime without unit', { scope: [SCOPE], lifetime: 600 }, "Invalid value at 'lifetime'"],
  ['an unknown field', { scope: [SCOPE], scopes: [] }, 'Unknown name "scopes"'],
  ['delegates', { scope: [SCOPE], delegates: ['x'] }, 'delegates'],
])('refuses impersonation with %s', async (_what, body, message) => {
  expect(await impersonate(await federatedToken(), body)).toMatchObject({
    status: 400,
    body: {
      error: { code: 400, status: 'INVALID_ARGUMENT', message: expect.stringContaining(message) as string },
    },
  });
});

test('refuses impersonation without a federated token that is still valid', async () => {
  const token = await federatedToken();
  now += 3_600_000;
  expect(await impersonate(token)).toMatchObject({
    status: 401,
    body: { error: { status: 'UNAUTHENTICATED' } },
  });
});

test('refuses to impersonate another service account, and with a service account token', async () => {
  const denied = {
    status: 403,
    body: { error: { status: 'PERMISSION_DENIED', details: [{ reason: 'IAM_PERMISSION_DENIED' }] } },
  };
  const token = await federatedToken();
  expect(await impersonate(token, undefined, 'x@sample-project.iam.gserviceaccount.com')).toMatchObject(
    denied,
  );
  const { body } = await impersonate(token);
  expect(await impersonate(body.accessToken as string)).toMatchObject(denied);
});

test('shortens lifetimes when told', async () => {
  await google.actions['PUT lifetimes']?.({ federatedTokenInSeconds: 5, accessTokenInSeconds: 3 });
  const { body } = await exchange(await entra.issueToken(claims()));
  expect(body.expires_in).toBe(5);
  expect((await impersonate(body.access_token as string)).body.expireTime).toBe('2026-01-01T00:00:03Z');
  expect(() => google.actions['PUT lifetimes']?.({ accessTokenInSeconds: 3601 })).toThrow(RangeError);
  expect(() => google.actions['PUT lifetimes']?.({ x: 1 })).toThrow(TypeError);
});

test('does not start with an attribute condition it cannot evaluate', async () => {
  const poolProvider = {
    audience: AUDIENCE,
    issuerUri: entra.issuer,
    allowedAudiences: [],
    attributeCondition: 'true',
  };
  const options = { port: 0, tls: { cert: '', key: '' }, poolProvider, iam: NOBODY };
  await expect(startGoogle(options)).rejects.toThrow('Attribute condition not supported: true');
});

test('blames the issuer when it cannot be reached', async () => {
  const gone = await startEntra({
    port: 0,
    tenantId: SAMPLE_TENANT_ID,
    applications: [],
    servicePrincipals: [],
  });
  await gone.close();
  const orphan = await startGoogle({
    port: 0,
    tls: authority.server,
    poolProvider: {
      audience: AUDIENCE,
      issuerUri: gone.issuer,
      allowedAudiences: [federationApi.clientId],
      attributeCondition: "assertion.sub=='x'",
    },
    iam: NOBODY,
  });
  const answer = await request(`https://127.0.0.1:${orphan.port}/v1/token`, {
    method: 'POST',
    dispatcher,
    body: new URLSearchParams({ ...EXCHANGE, subject_token: await gone.issueToken(claims()) }).toString(),
  });
  expect(await answer.body.json()).toEqual({
    error: 'invalid_grant',
    error_description: "Error connecting to the given credential's issuer.",
  });
  await orphan.close();
});

test('serves IdentityPoolClient with impersonation', async () => {
  now = Date.now();
  const options = {
    audience: AUDIENCE,
    base: `https://127.0.0.1:${google.port}`,
    email: EMAIL,
    subjectToken: await entra.issueToken(claims()),
  };
  const directory = await mkdtemp(join(tmpdir(), 'google-'));
  const certificate = join(directory, 'ca.pem');
  await writeFile(certificate, authority.certificate);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [require.resolve('./identity-pool-client.ts'), JSON.stringify(options)],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate }, timeout: 20_000 },
  );
  expect(google.checkAccessToken(stdout)).toEqual({ principal: `serviceAccount:${EMAIL}` });
  await rm(directory, { recursive: true });
}, 30_000);

test('a pool provider that is deleted or disabled is no target', async () => {
  const changes = [{ state: 'DELETED' }, { disabled: true }];
  for (const change of changes) {
    await google.actions['PUT pool-provider']?.(change);
    const { status, body } = await exchange(await entra.issueToken(claims()));
    expect([status, body.error]).toEqual([400, 'invalid_target']);
    await google.actions['PUT pool-provider']?.({ state: 'ACTIVE', disabled: false });
  }
  expect((await exchange(await entra.issueToken(claims()))).status).toBe(200);
});

test('a changed pool provider checks by its new issuer, audiences and condition', async () => {
  const change = (changes: object) => google.actions['PUT pool-provider']?.(changes);
  const refusal = async () => (await exchange(await entra.issueToken(claims()))).body.error_description;
  await change({ attributeCondition: "assertion.sub=='somebody'" });
  expect(await refusal()).toBe('The given credential is rejected by the attribute condition.');
  await change({ allowedAudiences: ['another'] });
  expect(await refusal()).toMatch(/^The audience in ID Token/);
  expect(() => change({ audience: 'x' })).toThrow(TypeError);
});

test('people read the pool provider, and subjects of the pool may not', async () => {
  const issued = await google.actions['POST access-tokens']?.({ principal: 'user:ada@example.com' });
  const read = async (token: string) => {
    const answer = await request(`https://127.0.0.1:${google.port}/v1/${POOL}/providers/entra`, {
      dispatcher,
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  };
  const { status, body } = await read((issued as { accessToken: string }).accessToken);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: 'ACTIVE',
    attributeCondition: `assertion.sub=='${functionAppIdentity.objectId}'`,
    oidc: { issuerUri: entra.issuer, allowedAudiences: [federationApi.clientId] },
  });
  expect(await read(await federatedToken())).toMatchObject({
    status: 403,
    body: { error: { status: 'PERMISSION_DENIED', details: [{ reason: 'IAM_PERMISSION_DENIED' }] } },
  });
  expect((await read('unknown')).status).toBe(401);
});
