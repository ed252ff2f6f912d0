import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { listen } from '@vertex-ai-gateway/cloud-emulators/loopback/listen';
import {
  type ApiManagementCallersOptions,
  createApiManagementCallers,
} from '../../../src/caller/api-management-callers.ts';
import type { Callers, ReadHeader } from '../../../src/prediction/caller.ts';
import { rejectedBy } from '../thrown-by.ts';

const ISSUER = 'https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0';
const CLIENT_ID = '66666666-6666-4666-8666-666666666666';
const V1_ISSUER = 'https://sts.windows.net/11111111-1111-4111-8111-111111111111/';
const TENANT_OF_LETTERS = '1111abcd-1111-4111-8111-111111111111';
const ISSUER_OF_LETTERS = `https://login.microsoftonline.com/${TENANT_OF_LETTERS}/v2.0`;
/** The refusal that every caller gets; a hint for operators may follow it. */
const REFUSED = 'This address accepts calls from API Management only. Call the gateway instead.';
const OBJECT_ID = '22222222-2222-4222-8222-222222222222';
const STAMPED = {
  'x-gateway-identity-provider': 'entra',
  'x-gateway-delegated': 'false',
  'x-gateway-tenant-id': '11111111-1111-4111-8111-111111111111',
  'x-gateway-object-id': '33333333-3333-4333-8333-333333333333',
  'x-gateway-application-id': '44444444-4444-4444-8444-444444444444',
  'x-gateway-roles': 'Sandbox.Use Scoring.Predict',
  'x-gateway-subscription-id': 'sandbox-team',
  'x-gateway-product-id': 'sandbox',
  'x-gateway-request-id': '55555555-5555-4555-8555-555555555555',
};
const START = Date.UTC(2026, 0, 1);

let pair: Awaited<ReturnType<typeof generateKeyPair>>;
let stranger: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  pair = await generateKeyPair('RS256', { extractable: true });
  stranger = await generateKeyPair('RS256');
});

let now: number;
let keyLookups: number;
let callers: Callers;
beforeEach(() => {
  now = START;
  keyLookups = 0;
  callers = create({
    keys: () => {
      keyLookups += 1;
      return pair.publicKey;
    },
  });
});

function create(changes: Partial<ApiManagementCallersOptions>): Callers {
  return createApiManagementCallers({
    issuer: ISSUER,
    jwksUri: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
    audience: CLIENT_ID,
    objectId: OBJECT_ID,
    timeoutInMs: 1000,
    now: () => now,
    ...changes,
  });
}

function claims(changes: Record<string, unknown> = {}): JWTPayload {
  const exp = START / 1000 + 3600;
  return { iss: ISSUER, aud: CLIENT_ID, ver: '2.0', oid: OBJECT_ID, exp, ...changes };
}

function sign(payload = claims(), header: { alg?: string; kid?: string } = {}): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', ...header }).sign(pair.privateKey);
}

function headers(authorization?: string, changes: Record<string, string | null> = {}): ReadHeader {
  const all: Record<string, string | null | undefined> = { ...STAMPED, authorization, ...changes };
  return (name) => all[name] ?? null;
}

async function refusal(authorization?: string, changes?: Record<string, string | null>) {
  const error = await rejectedBy(callers.identify(headers(authorization, changes)));
  const signature = authorization?.split('.')[2];
  if (signature && signature.length > 20)
    expect(`${error.message}${error.stack ?? ''}`).not.toContain(signature);
  return error;
}

test('a call with API Management’s token has the caller that the edge stamped', async () => {
  expect(await callers.identify(headers(`Bearer ${await sign()}`))).toStrictEqual({
    identityProvider: 'entra',
    isDelegated: false,
    tenantId: STAMPED['x-gateway-tenant-id'],
    objectId: STAMPED['x-gateway-object-id'],
    applicationId: STAMPED['x-gateway-application-id'],
    roles: ['Sandbox.Use', 'Scoring.Predict'],
    subscriptionId: 'sandbox-team',
    productId: 'sandbox',
    requestId: STAMPED['x-gateway-request-id'],
  });
});

test('the caller of a call has the trace that API Management put the call into', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const traced = headers(`Bearer ${await sign()}`, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  expect(await callers.identify(traced)).toMatchObject({ traceId });
});

test('the scheme is read in any case', async () => {
  await expect(callers.identify(headers(`bearer ${await sign()}`))).resolves.toBeDefined();
});

test.each<[string, Record<string, unknown>]>([
  ['has expired', { exp: START / 1000 }],
  ['expired long ago', { exp: 1 }],
  ['has no expiry', { exp: undefined }],
  ['is not valid yet', { nbf: START / 1000 + 60 }],
  ['is for another audience', { aud: '77777777-7777-4777-8777-777777777777' }],
  ['is for several audiences', { aud: [CLIENT_ID, '77777777-7777-4777-8777-777777777777'] }],
  ['has no audience', { aud: undefined }],
  ['has no issuer', { iss: undefined }],
  ['is of another issuer', { iss: ISSUER.replace('1111', '9999') }],
  ['is of an issuer that only starts alike', { iss: `${ISSUER}.evil.example` }],
  ['is of another identity', { oid: STAMPED['x-gateway-object-id'] }],
  ['has no object id', { oid: undefined }],
  ['has an object id that is a list', { oid: [OBJECT_ID] }],
  ['has an object id with something behind it', { oid: `${OBJECT_ID} ` }],
])('a token that %s is refused', async (_, changes) => {
  const error = await refusal(`Bearer ${await sign(claims(changes))}`);
  expect(error).toMatchObject({
    code: 'CALLER_NOT_AUTHENTICATED',
    message: expect.stringContaining(REFUSED) as string,
  });
});

const V1 = { iss: V1_ISSUER, ver: '1.0' };
const OTHER_URI = 'https://contoso.example/functions';

test.each([
  ['v2.0', ISSUER, CLIENT_ID, {}],
  ['v2.0, told by the URI', ISSUER, `api://${CLIENT_ID}`, {}],
  ['v2.0, told by the URI with a slash', ISSUER, `api://${CLIENT_ID}/`, {}],
  ['v2.0, told by the other issuer', V1_ISSUER, CLIENT_ID.toUpperCase(), {}],
  ['v1.0 for the client id', ISSUER, CLIENT_ID, V1],
  ['v1.0 for the URI', ISSUER, CLIENT_ID, { ...V1, aud: `api://${CLIENT_ID}` }],
  ['v1.0 for the URI with a slash', ISSUER, CLIENT_ID, { ...V1, aud: `api://${CLIENT_ID}/` }],
  ['v1.0 for the URI, told by it', V1_ISSUER, `api://${CLIENT_ID}`, { ...V1, aud: `api://${CLIENT_ID}` }],
  ['v1.0 for a URI of its own', V1_ISSUER, OTHER_URI, { ...V1, aud: OTHER_URI }],
  ['v1.0 for a URI of its own, told by the other issuer', ISSUER, OTHER_URI, { ...V1, aud: OTHER_URI }],
])('a token of the form %s is let in', async (_, issuer, audience, changes) => {
  callers = create({ issuer, audience, keys: () => pair.publicKey });
  await expect(callers.identify(headers(`Bearer ${await sign(claims(changes))}`))).resolves.toBeDefined();
});

test.each([
  [
    'v2.0 for the URI',
    CLIENT_ID,
    { aud: `api://${CLIENT_ID}` },
    /audience of a v2\.0 token must be the client id/,
  ],
  ['v2.0 for the client id with a slash', CLIENT_ID, { aud: `${CLIENT_ID}/` }, /audience of a v2\.0 token/],
  [
    'v2.0 for a URI of its own',
    OTHER_URI,
    { aud: OTHER_URI },
    /audience of a v2\.0 token must be the client id/,
  ],
  ['v1.0 for another URI', CLIENT_ID, { ...V1, aud: OTHER_URI }, /v1\.0 token.*API_MANAGEMENT_AUDIENCE/],
  [
    'of the issuer of v1.0 and version 2.0',
    CLIENT_ID,
    { ...V1, ver: '2.0' },
    /issuer is that of v1\.0 tokens, but the token has another version/,
  ],
  [
    'of the issuer of v2.0 and version 1.0',
    CLIENT_ID,
    { ver: '1.0' },
    /issuer is that of v2\.0 tokens, but the token has another version/,
  ],
  [
    'of another tenant',
    CLIENT_ID,
    { ...V1, iss: V1_ISSUER.replace('1111', '9999') },
    /issuer is not that of the tenant in API_MANAGEMENT_ISSUER/,
  ],
  [
    'of another identity',
    CLIENT_ID,
    { oid: CLIENT_ID },
    /object id is not the one in API_MANAGEMENT_OBJECT_ID/,
  ],
])('a token %s is refused, and operators are told why', async (_, audience, changes, hint) => {
  callers = create({ audience, keys: () => pair.publicKey });
  const error = await refusal(`Bearer ${await sign(claims(changes))}`);
  expect(error.code).toBe('CALLER_NOT_AUTHENTICATED');
  expect(error.message).toMatch(`${REFUSED} For its operators: `);
  expect(error.message).toMatch(hint);
});

test('an issuer that is not Entra ID’s has one audience, and need not tell a version', async () => {
  const issuer = 'http://127.0.0.1:8080/issuer';
  callers = create({ issuer, audience: 'functions', keys: () => pair.publicKey });
  for (const ver of [undefined, '1.0', '3']) {
    const token = await sign(claims({ iss: issuer, aud: 'functions', ver }));
    await expect(callers.identify(headers(`Bearer ${token}`))).resolves.toBeDefined();
  }
  for (const changes of [{ aud: 'api://functions' }, V1]) {
    const other = await sign(claims({ iss: issuer, aud: 'functions', ...changes }));
    expect((await refusal(`Bearer ${other}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
  }
});

test('operators are told that the token of another issuer than Entra ID is for another audience', async () => {
  const issuer = 'http://127.0.0.1:8080/issuer';
  callers = create({ issuer, audience: 'functions', keys: () => pair.publicKey });
  const token = await sign(claims({ iss: issuer, aud: 'api://functions' }));
  expect((await refusal(`Bearer ${token}`)).message).toBe(
    `${REFUSED} For its operators: The token’s audience is not the one in API_MANAGEMENT_AUDIENCE.`,
  );
});

test.each([
  ['v2.0', { iss: ISSUER_OF_LETTERS }],
  ['v1.0', { iss: `https://sts.windows.net/${TENANT_OF_LETTERS}/`, ver: '1.0' }],
])('ids that the settings have in upper case are those of a %s token in lower case', async (_, claimed) => {
  const objectId = '2222abcd-2222-4222-8222-222222222222';
  callers = create({
    issuer: ISSUER_OF_LETTERS.replace(TENANT_OF_LETTERS, TENANT_OF_LETTERS.toUpperCase()),
    objectId: objectId.toUpperCase(),
    keys: () => pair.publicKey,
  });
  const token = await sign(claims({ ...claimed, oid: objectId }));
  await expect(callers.identify(headers(`Bearer ${token}`))).resolves.toBeDefined();
});

test('a token of Entra ID need not tell its version', async () => {
  const token = await sign(claims({ ver: undefined }));
  await expect(callers.identify(headers(`Bearer ${token}`))).resolves.toBeDefined();
});

test('a v1.0 token for several audiences is refused', async () => {
  const token = await sign(claims({ ...V1, aud: [CLIENT_ID, OTHER_URI] }));
  expect((await refusal(`Bearer ${token}`)).message).toMatch(/audience of a v1\.0 token/);
});

const LETTERS = 'abcdefab-cdef-4abc-8def-abcdefabcdef';

test.each([
  ['v2.0', `https://login.microsoftonline.com/${LETTERS.toUpperCase()}/v2.0`, '2.0', LETTERS],
  ['v1.0', `https://sts.windows.net/${LETTERS.toUpperCase()}/`, '1.0', `api://${LETTERS}`],
])('the ids in an issuer of %s tokens and in an audience may be in upper case', async (_, iss, ver, aud) => {
  const audience = `api://${LETTERS.toUpperCase()}`;
  callers = create({ issuer: iss, audience, keys: () => pair.publicKey });
  const token = await sign(claims({ iss, ver, aud }));
  await expect(callers.identify(headers(`Bearer ${token}`))).resolves.toBeDefined();
});

test('a token that somebody else signed is refused, and operators are told nothing of it', async () => {
  const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256' }).sign(stranger.privateKey);
  expect(await refusal(`Bearer ${token}`)).toMatchObject({
    code: 'CALLER_NOT_AUTHENTICATED',
    message: REFUSED,
  });
});

test('a token without a signature is refused', async () => {
  const token = new UnsecuredJWT(claims()).encode();
  expect((await refusal(`Bearer ${token}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
  expect((await refusal(`Bearer ${token}c2ln`)).code).toBe('CALLER_NOT_AUTHENTICATED');
});

test('a token signed with the public key as a shared secret is refused', async () => {
  const secret = new TextEncoder().encode(await exportSPKI(pair.publicKey));
  const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  expect((await refusal(`Bearer ${token}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
});

test('a token signed with another algorithm of the same key is refused', async () => {
  const key = await generateKeyPair('PS256');
  callers = create({ keys: () => key.publicKey });
  const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'PS256' }).sign(key.privateKey);
  expect((await refusal(`Bearer ${token}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
});

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'Bearer x',
  'Bearer a.b.c',
  'Bearer a.b.c.d',
  'Basic dTpw',
  'Bearer é.é.é',
])('the authorization %j is refused', async (authorization) => {
  expect((await refusal(authorization)).code).toBe('CALLER_NOT_AUTHENTICATED');
});

test('a token whose payload was changed is refused', async () => {
  const [header, , signature] = (await sign()).split('.');
  const payload = Buffer.from(JSON.stringify(claims({ exp: 9_999_999_999 }))).toString('base64url');
  expect((await refusal(`Bearer ${header}.${payload}.${signature}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
});

test('two tokens in one header are refused', async () => {
  const token = await sign();
  expect((await refusal(`Bearer ${token}, Bearer ${token}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
});

test('a verified token is not verified again while it is valid', async () => {
  const token = await sign();
  await callers.identify(headers(`Bearer ${token}`));
  now += 3_599_999;
  await callers.identify(headers(`Bearer ${token}`));
  expect(keyLookups).toBe(1);
});

test('a remembered token is refused from the instant it expires', async () => {
  const token = await sign();
  await callers.identify(headers(`Bearer ${token}`));
  now += 3_600_000;
  expect((await refusal(`Bearer ${token}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
});

test('a refused token is not remembered', async () => {
  const token = await sign(claims({ oid: 'other' }));
  await refusal(`Bearer ${token}`);
  expect((await refusal(`Bearer ${token}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
  expect(keyLookups).toBe(2);
});

test('a remembered token vouches for new stamped headers each time', async () => {
  const token = await sign();
  await callers.identify(headers(`Bearer ${token}`));
  const caller = await callers.identify(headers(`Bearer ${token}`, { 'x-gateway-roles': 'Other.Role' }));
  expect(caller.roles).toEqual(['Other.Role']);
});

test('many tokens of API Management are all accepted', async () => {
  for (let index = 0; index < 130; index += 1) {
    await callers.identify(headers(`Bearer ${await sign(claims({ jti: String(index) }))}`));
  }
  expect(keyLookups).toBe(130);
});

test('64 tokens are remembered, and all are forgotten for the next one', async () => {
  const tokens: string[] = [];
  for (let index = 0; index < 65; index += 1) tokens.push(await sign(claims({ jti: String(index) })));
  const [first = '', ...others] = tokens;
  const last = others.pop() ?? '';
  for (const token of [first, ...others, first, ...others])
    await callers.identify(headers(`Bearer ${token}`));
  expect(keyLookups).toBe(64);
  await callers.identify(headers(`Bearer ${last}`));
  await callers.identify(headers(`Bearer ${last}`));
  expect(keyLookups).toBe(65);
  await callers.identify(headers(`Bearer ${first}`));
  expect(keyLookups).toBe(66);
});

test.each([
  ['x-gateway-tenant-id', ''],
  ['x-gateway-object-id', ''],
  ['x-gateway-application-id', ''],
  ['x-gateway-request-id', 'x'],
])('a call whose %s is no id is refused, with what is missing', async (name, value) => {
  const authorization = `Bearer ${await sign()}`;
  const id = '55555555-5555-4555-8555-555555555555';
  for (const wrong of [null, value, `${id}\n`, `${id},${id}`, '{5}']) {
    const error = await refusal(authorization, { [name]: wrong });
    expect(error.code).toBe('CALLER_NOT_AUTHENTICATED');
    expect(error.message).toMatch(
      /^API Management did not identify the caller: \w+Id missing or malformed\.$/,
    );
  }
});

test.each([
  ['o%27neil%40example.com', "o'neil@example.com"],
  ["o'neil+a@example.com", "o'neil+a@example.com"],
  ['j%C3%BCrgen%20m', 'jürgen m'],
  ['%E5%8C%97%e4%ba%ac', '北京'],
  ['50%25', '50%'],
  ['%C3%BC'.repeat(256), 'ü'.repeat(256)],
])('the id %j is read percent-decoded', async (stamped, id) => {
  const caller = await callers.identify(
    headers(`Bearer ${await sign()}`, {
      'x-gateway-object-id': stamped,
      'x-gateway-application-id': stamped,
    }),
  );
  expect([caller.objectId, caller.applicationId]).toEqual([id, id]);
});

test.each(['50%', '%C3', '%0Aa', '%00', 'a%7F', 'a b', "'; drop", 'a,b', '%C3%BC'.repeat(257)])(
  'an id that is stamped as %j is refused',
  async (stamped) => {
    const error = await refusal(`Bearer ${await sign()}`, { 'x-gateway-object-id': stamped });
    expect(error.message).toBe('API Management did not identify the caller: objectId missing or malformed.');
  },
);

test('a caller may have as many roles as fit into a header', async () => {
  const roles = Array.from({ length: 200 }, (_, index) => `Some.Application.Role.${index}.${'x'.repeat(30)}`);
  const stamped = { 'x-gateway-roles': roles.join(' ') };
  expect((await callers.identify(headers(`Bearer ${await sign()}`, stamped))).roles).toEqual(roles);
});

test('ids of another issuer than Entra ID need not be GUIDs', async () => {
  const ids = {
    'x-gateway-identity-provider': 'okta',
    'x-gateway-tenant-id': 'https://example.okta.com/oauth2/default',
    'x-gateway-object-id': 'ada@example.com',
    'x-gateway-application-id': '0oa1b2c3',
  };
  expect(await callers.identify(headers(`Bearer ${await sign()}`, ids))).toMatchObject({
    identityProvider: 'okta',
    tenantId: 'https://example.okta.com/oauth2/default',
    objectId: 'ada@example.com',
    applicationId: '0oa1b2c3',
  });
});

const KEY_ONLY = {
  'x-gateway-identity-provider': 'subscription-key',
  'x-gateway-tenant-id': '',
  'x-gateway-object-id': 'sandbox-team',
  'x-gateway-application-id': '',
  'x-gateway-roles': 'Sandbox.Use',
};

test.each([KEY_ONLY, { ...KEY_ONLY, 'x-gateway-tenant-id': null, 'x-gateway-application-id': null }])(
  'a call with a key alone has its APIM subscription as the caller',
  async (stamped) => {
    expect(await callers.identify(headers(`Bearer ${await sign()}`, stamped))).toEqual({
      identityProvider: 'subscription-key',
      isDelegated: false,
      tenantId: '',
      objectId: 'sandbox-team',
      applicationId: '',
      roles: ['Sandbox.Use'],
      subscriptionId: 'sandbox-team',
      productId: 'sandbox',
      requestId: STAMPED['x-gateway-request-id'],
    });
  },
);

test.each([
  ['tenantId', { 'x-gateway-tenant-id': STAMPED['x-gateway-tenant-id'] }],
  ['applicationId', { 'x-gateway-application-id': STAMPED['x-gateway-application-id'] }],
  ['objectId', { 'x-gateway-object-id': 'another-team' }],
  ['objectId', { 'x-gateway-object-id': '' }],
  ['isDelegated', { 'x-gateway-delegated': 'true' }],
])('a call with a key alone is refused with %s of a token', async (field, stamped) => {
  const error = await refusal(`Bearer ${await sign()}`, { ...KEY_ONLY, ...stamped });
  expect(error.message).toBe(`API Management did not identify the caller: ${field} missing or malformed.`);
});

test.each(['', 'Subscription-Key', 'entra'])(
  'without a token as the identity provider %j, nobody is let in with a key alone',
  async (provider) => {
    const stamped = { ...KEY_ONLY, 'x-gateway-identity-provider': provider };
    const error = await refusal(`Bearer ${await sign()}`, stamped);
    expect(error.message).toMatch(/tenantId, applicationId missing or malformed\.$/);
  },
);

test('an application that acts for a person is stamped as one', async () => {
  const caller = await callers.identify(headers(`Bearer ${await sign()}`, { 'x-gateway-delegated': 'true' }));
  expect(caller.isDelegated).toBe(true);
});

test.each([null, '', 'True', '1', 'false,true', 'yes'])(
  'a call that is stamped as delegated with %j is refused',
  async (value) => {
    const error = await refusal(`Bearer ${await sign()}`, { 'x-gateway-delegated': value });
    expect(error.message).toBe(
      'API Management did not identify the caller: isDelegated missing or malformed.',
    );
  },
);

test.each(['x-gateway-subscription-id', 'x-gateway-product-id', 'x-gateway-identity-provider'])(
  'a call whose %s is no resource name is refused',
  async (name) => {
    const authorization = `Bearer ${await sign()}`;
    for (const value of [null, '', ' ', 'a/b', '../x', 'a b', 'x'.repeat(257)]) {
      expect((await refusal(authorization, { [name]: value })).code).toBe('CALLER_NOT_AUTHENTICATED');
    }
  },
);

test('every stamped header that is missing is named at once', async () => {
  const nothing = Object.fromEntries(Object.keys(STAMPED).map((name) => [name, null]));
  expect((await refusal(`Bearer ${await sign()}`, nothing)).message).toBe(
    'API Management did not identify the caller: identityProvider, tenantId, objectId, applicationId, isDelegated, subscriptionId, productId, requestId missing or malformed.',
  );
});

test('a caller may have no role', async () => {
  const authorization = `Bearer ${await sign()}`;
  for (const roles of [null, '', '  ']) {
    expect((await callers.identify(headers(authorization, { 'x-gateway-roles': roles }))).roles).toEqual([]);
  }
});

test('stamped headers without API Management’s token mean nothing', async () => {
  expect((await refusal()).code).toBe('CALLER_NOT_AUTHENTICATED');
});

test('signing keys are fetched from their address', async () => {
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const server = await listen(
    createServer((_, response) => response.writeHead(200).end(JSON.stringify({ keys: [jwk] }))),
    0,
  );
  callers = create({ jwksUri: `http://127.0.0.1:${server.port}/keys` });
  const token = await sign(claims(), { kid: 'one' });
  await expect(callers.identify(headers(`Bearer ${token}`))).resolves.toBeDefined();
  const unknown = await sign(claims(), { kid: 'two' });
  expect((await refusal(`Bearer ${unknown}`)).code).toBe('CALLER_NOT_AUTHENTICATED');
  await server.close();
});

test('signing keys are fetched before the first caller needs them', async () => {
  const server = createServer((_, response) => response.writeHead(500).end());
  const { port, close } = await listen(server, 0);
  callers = create({ jwksUri: `http://127.0.0.1:${port}/keys` });
  await once(server, 'request');
  await close();
});

test.each([
  ['fails', 500, 'down'],
  ['gives no JSON', 200, '<html>'],
  ['gives no key set', 200, '{"keys":7}'],
])('a key address that %s means that the call cannot be verified', async (_, status, body) => {
  const server = await listen(
    createServer((__, response) => response.writeHead(status).end(body)),
    0,
  );
  callers = create({ jwksUri: `http://127.0.0.1:${server.port}/keys` });
  expect((await refusal(`Bearer ${await sign()}`)).code).toBe('CALLER_VERIFICATION_UNAVAILABLE');
  await server.close();
});

test('a key address that hangs means that the call cannot be verified', async () => {
  const server = await listen(createServer(), 0);
  callers = create({ jwksUri: `http://127.0.0.1:${server.port}/keys`, timeoutInMs: 50 });
  expect((await refusal(`Bearer ${await sign()}`)).code).toBe('CALLER_VERIFICATION_UNAVAILABLE');
  await server.close();
});

test('a key address that is not there means that the call cannot be verified', async () => {
  const server = await listen(createServer(), 0);
  await server.close();
  callers = create({ jwksUri: `http://127.0.0.1:${server.port}/keys` });
  expect(await refusal(`Bearer ${await sign()}`)).toMatchObject({
    code: 'CALLER_VERIFICATION_UNAVAILABLE',
    message:
      'The signing keys of Entra ID cannot be fetched, so the call cannot be verified. Try again shortly.',
  });
});
