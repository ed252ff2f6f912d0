import { generateKeyPair } from 'jose';
import type { JWTPayload } from 'jose';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';
import {
  DOMAIN,
  GATEWAY_CLIENT_ID,
  startTokenIssuer,
  TENANT,
} from '@vertex-ai-gateway/test-support/token-issuer';
import type { TokenIssuer } from '@vertex-ai-gateway/test-support/token-issuer';

let time = Date.parse('2026-01-01T00:00:00Z');
let backend: RecordingBackend;
let issuer: TokenIssuer;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  backend = await startBackend();
  issuer = await startTokenIssuer(() => time);
});

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  backend.received.length = 0;
});

afterAll(() => Promise.all([backend.close(), issuer.close()]));

const SHOW_REASON = '<set-header name="x-reason"><value>@(context.LastError.Reason)</value></set-header>';

async function start(policy: string, options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({
    backend: backend.url,
    entraAuthority: issuer.authority,
    now: () => time,
    files: { 'apis/echo/policy.xml': policies({ inbound: `<base />${policy}`, 'on-error': SHOW_REASON }) },
    ...options,
  });
  closers.push(gateway.close);
  return gateway;
}

const AUDIENCE = `<audiences><audience>${GATEWAY_CLIENT_ID}</audience></audiences>`;
const MINIMAL = `<validate-azure-ad-token tenant-id="${TENANT}">${AUDIENCE}</validate-azure-ad-token>`;

function call(gateway: TestGateway, token?: string): Promise<ReceivedResponse> {
  return gateway.send({
    path: '/echo/items/1',
    headers: token === undefined ? {} : { authorization: token },
  });
}

test('lets a valid token through, with Bearer in any case', async () => {
  const gateway = await start(MINIMAL);
  const token = await issuer.sign();
  expect((await call(gateway, `Bearer ${token}`)).status).toBe(200);
  expect((await call(gateway, `bearer ${token}`)).status).toBe(200);
  expect(backend.received).toHaveLength(2);
});

test('accepts the v1 issuer of the same tenant', async () => {
  const gateway = await start(MINIMAL);
  const token = await issuer.sign({ iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0' });
  expect((await call(gateway, `Bearer ${token}`)).status).toBe(200);
});

test('a missing token is "JWT not present."', async () => {
  const response = await call(await start(MINIMAL));
  expect(response.status).toBe(401);
  expect(response.text).toBe('{ "statusCode": 401, "message": "JWT not present." }');
  expect(response.headers['x-reason']).toBe('TokenNotPresent');
});

const refused: [string, JWTPayload, string][] = [
  ['an audience that is not listed', { aud: 'api://other' }, 'TokenAudienceNotAllowed'],
  ['another issuer', { iss: 'https://evil.example/v2.0' }, 'TokenIssuerNotAllowed'],
  ['a token that has expired', { exp: time / 1000 - 1 }, 'TokenExpired'],
  ['a token that is not valid yet', { nbf: time / 1000 + 60 }, 'JwtInvalid'],
];

test.each(refused)('refuses %s', async (_, claims, reason) => {
  const response = await call(await start(MINIMAL), `Bearer ${await issuer.sign(claims)}`);
  expect(response.text).toBe('{ "statusCode": 401, "message": "Invalid JWT." }');
  expect(response.headers['x-reason']).toBe(reason);
  expect(backend.received).toEqual([]);
});

test('refuses a signature of another key, a key that is not published, alg none, and nonsense', async () => {
  const gateway = await start(MINIMAL);
  const { privateKey } = await generateKeyPair('RS256');
  const [, payload = ''] = (await issuer.sign()).split('.');
  const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
  const reasons = [];
  for (const token of [
    await issuer.sign({}, { key: privateKey }),
    await issuer.sign({}, { key: privateKey, keyId: 'other' }),
    none,
    'nonsense',
    'a.b.c',
  ]) {
    const response = await call(gateway, `Bearer ${token}`);
    expect(response.status).toBe(401);
    reasons.push(response.headers['x-reason']);
  }
  expect(reasons).toEqual([
    'TokenSignatureInvalid',
    'TokenSignatureKeyNotFound',
    'JwtInvalid',
    'JwtInvalid',
    'JwtInvalid',
  ]);
  expect(backend.received).toEqual([]);
});

test('a token that was accepted is refused as soon as it has expired', async () => {
  const gateway = await start(MINIMAL);
  const token = await issuer.sign({ exp: time / 1000 + 10 });
  expect((await call(gateway, `Bearer ${token}`)).status).toBe(200);
  time += 11_000;
  expect((await call(gateway, `Bearer ${token}`)).headers['x-reason']).toBe('TokenExpired');
});

test('keys are fetched once for many tokens', async () => {
  const gateway = await start(MINIMAL);
  const before = issuer.keyFetches();
  for (const oid of ['a', 'b', 'c']) await call(gateway, `Bearer ${await issuer.sign({ oid })}`);
  expect(issuer.keyFetches() - before).toBe(1);
});

test('keys that cannot be fetched are no fault of the caller', async () => {
  const gateway = await start(MINIMAL, { entraAuthority: 'http://127.0.0.1:1' });
  expect((await call(gateway, `Bearer ${await issuer.sign()}`)).status).toBe(500);
});

test('only listed client applications are let through', async () => {
  const gateway = await start(`<validate-azure-ad-token tenant-id="${TENANT}">
    <client-application-ids><application-id>one</application-id><application-id>two</application-id></client-application-ids>
  </validate-azure-ad-token>`);
  expect((await call(gateway, await issuer.sign({ azp: 'two' }))).status).toBe(200);
  expect((await call(gateway, await issuer.sign({ azp: undefined, appid: 'one' }))).status).toBe(200);
  const response = await call(gateway, await issuer.sign({ azp: 'three' }));
  expect(response.headers['x-reason']).toBe('TokenClaimValueNotAllowed');
});

test('only tokens for the listed backend applications are let through', async () => {
  const gateway = await start(`<validate-azure-ad-token tenant-id="${TENANT}">
    <backend-application-ids><application-id>one</application-id><application-id>two</application-id></backend-application-ids>
  </validate-azure-ad-token>`);
  const reason = async (aud: unknown): Promise<unknown> => {
    const { status, headers } = await call(gateway, await issuer.sign({ aud }));
    return headers['x-reason'] ?? status;
  };
  expect([await reason('two'), await reason('api://one'), await reason(['x', 'one'])]).toEqual([
    200, 200, 200,
  ]);
  expect([await reason('three'), await reason('api://one/x'), await reason(undefined)]).toEqual(
    Array(3).fill('TokenAudienceNotAllowed'),
  );
});

test.each(['client-application-ids', 'backend-application-ids'])('%s takes no expressions', async (list) => {
  const policy = `<validate-azure-ad-token tenant-id="t"><${list}><application-id>@("a")</application-id></${list}></validate-azure-ad-token>`;
  await expect(start(policy)).rejects.toThrow("<application-id> Policy expressions aren't allowed here.");
});

test.each([
  DOMAIN,
  `https://${DOMAIN}`,
  `https://login.microsoftonline.com/${TENANT}`,
  `https://login.microsoftonline.com/${DOMAIN}/v2.0`,
])('the tenant may be called %s', async (tenant) => {
  const gateway = await start(MINIMAL.replace(TENANT, tenant));
  const v1 = { iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0' };
  expect((await call(gateway, await issuer.sign())).status).toBe(200);
  expect((await call(gateway, await issuer.sign(v1))).status).toBe(200);
  expect((await call(gateway, await issuer.sign({ iss: `${issuer.authority}/other/v2.0` }))).status).toBe(
    401,
  );
});

test('organizations are all tenants, each with tokens of its own', async () => {
  const gateway = await start(MINIMAL.replace(TENANT, 'organizations'));
  const other = '44444444-4444-4444-8444-444444444444';
  const reason = async (claims: JWTPayload): Promise<unknown> => {
    const { status, headers } = await call(gateway, await issuer.sign(claims));
    return headers['x-reason'] ?? status;
  };
  expect(await reason({})).toBe(200);
  expect(await reason({ iss: `${issuer.authority}/${other}/v2.0`, tid: other })).toBe(200);
  expect(await reason({ tid: other })).toBe('TokenIssuerNotAllowed');
  expect(await reason({ tid: undefined })).toBe('TokenIssuerNotAllowed');
});

test('a refused token is answered with the code and the message of the policy, 500 included', async () => {
  const attributes = 'failed-validation-httpcode="500" failed-validation-error-message="No."';
  const gateway = await start(MINIMAL.replace(' tenant-id', ` ${attributes} tenant-id`));
  expect(await call(gateway)).toMatchObject({
    status: 500,
    text: '{ "statusCode": 500, "message": "No." }',
  });
});

test('required claims match all or any of their values, separated where told so', async () => {
  const gateway = await start(`<validate-azure-ad-token tenant-id="${TENANT}"><required-claims>
    <claim name="roles" match="any"><value>A</value><value>B</value></claim>
    <claim name="scp" separator=" "><value>read</value><value>write</value></claim>
  </required-claims></validate-azure-ad-token>`);
  const reason = async (claims: JWTPayload): Promise<unknown> => {
    const { status, headers } = await call(gateway, `Bearer ${await issuer.sign(claims)}`);
    return headers['x-reason'] ?? status;
  };
  expect(await reason({ roles: ['B', 'C'], scp: 'write read' })).toBe(200);
  expect(await reason({ roles: ['C'], scp: 'write read' })).toBe('TokenClaimValueNotAllowed');
  expect(await reason({ roles: ['A'], scp: 'read' })).toBe('TokenClaimValueNotAllowed');
  expect(await reason({ roles: ['A'] })).toBe('TokenClaimNotFound');
});

test('status and message of a refusal can be set; the token can come from elsewhere', async () => {
  const gateway = await start(`<validate-azure-ad-token tenant-id="${TENANT}" header-name="x-token"
    failed-validation-httpcode="403" failed-validation-error-message="No." />`);
  const token = await issuer.sign();
  const sent = { path: '/echo/items/1', headers: { 'x-token': token } };
  expect((await gateway.send(sent)).status).toBe(200);
  const response = await call(gateway, token);
  expect(response.status).toBe(403);
  expect(response.text).toBe('{ "statusCode": 403, "message": "No." }');
});

test('the accepted token is put into a variable', async () => {
  const gateway =
    await start(`<validate-azure-ad-token tenant-id="${TENANT}" output-token-variable-name="jwt" />
    <set-header name="x-oid"><value>@(((Jwt)context.Variables["jwt"]).Claims.GetValueOrDefault("oid", ""))</value></set-header>`);
  await call(gateway, await issuer.sign({ oid: 'someone' }));
  expect(backend.received[0]?.headers['x-oid']).toBe('someone');
});

test('takes the token from one place only', async () => {
  const policy = `<validate-azure-ad-token tenant-id="${TENANT}" header-name="a" token-value="b" />`;
  await expect(start(policy)).rejects.toThrow(
    'takes only one of header-name, query-parameter-name, token-value.',
  );
});
