import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { OKTA_AUDIENCE, oktaApplications } from '../../src/okta/sample-applications.ts';
import { type Okta, startOkta } from '../../src/okta/start-okta.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const CLIENT_ID = oktaApplications[0]?.clientId ?? '';

let okta: Okta;

beforeAll(async () => {
  okta = await startOkta({
    port: 0,
    audience: OKTA_AUDIENCE,
    applications: oktaApplications,
    now: () => NOW,
  });
});
afterAll(() => okta.close());

async function requestToken(
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(okta.tokenUrl, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('discovery leads to keys that verify an application’s token', async () => {
  const configuration = (await (await fetch(okta.openIdConfiguration)).json()) as Record<string, string>;
  expect(configuration).toMatchObject({ issuer: okta.issuer, token_endpoint: okta.tokenUrl });
  const { status, body } = await requestToken({ grant_type: 'client_credentials', client_id: CLIENT_ID });
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'vertex.call' });
  const keys = createRemoteJWKSet(new URL(configuration.jwks_uri ?? ''));
  const { payload } = await jwtVerify(body.access_token as string, keys, {
    issuer: okta.issuer,
    audience: OKTA_AUDIENCE,
    algorithms: ['RS256'],
    currentDate: new Date(NOW),
  });
  expect(payload).toMatchObject({
    ver: 1,
    cid: CLIENT_ID,
    sub: CLIENT_ID,
    scp: ['vertex.call'],
    groups: ['vertex-assistants'],
    iat: NOW / 1000,
    exp: NOW / 1000 + 3600,
  });
  for (const claim of ['tid', 'oid', 'azp', 'roles', 'nbf']) expect(payload).not.toHaveProperty(claim);
});

test('takes the client id from HTTP Basic authentication, and the application’s name', async () => {
  const basic = { authorization: `Basic ${Buffer.from('okta-app:any').toString('base64')}` };
  const { body } = await requestToken({ grant_type: 'client_credentials', scope: 'a b' }, basic);
  expect(decodeJwt(body.access_token as string)).toMatchObject({ cid: CLIENT_ID, scp: ['a', 'b'] });
});

test.each([
  [{ grant_type: 'client_credentials', client_id: 'x' }, 401, 'invalid_client'],
  [{ grant_type: 'client_credentials' }, 401, 'invalid_client'],
  [{ grant_type: 'password', client_id: CLIENT_ID }, 400, 'unsupported_grant_type'],
])('refuses %j', async (form, status, error) => {
  const answer = await requestToken(form);
  expect([answer.status, answer.body.error]).toEqual([status, error]);
});

test('mints a token with other claims, for known applications', async () => {
  const mint = (body: object) => okta.actions['POST tokens']?.(body) as Promise<{ access_token: string }>;
  const minted = await mint({ application: 'okta-app', claims: { sub: 'person@example.com', uid: '00u1' } });
  expect(decodeJwt(minted.access_token)).toMatchObject({ cid: CLIENT_ID, sub: 'person@example.com' });
  await expect(mint({ application: 'x' })).rejects.toThrow('Say which application');
});

test('has no other address', async () => {
  expect((await fetch(`${okta.issuer}/v1/authorize`)).status).toBe(404);
});
