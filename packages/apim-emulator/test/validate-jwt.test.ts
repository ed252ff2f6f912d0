import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';
import { GATEWAY_CLIENT_ID, startTokenIssuer } from '@vertex-ai-gateway/test-support/token-issuer';
import type { TokenIssuer } from '@vertex-ai-gateway/test-support/token-issuer';

const START = Date.parse('2026-01-01T00:00:00Z');
const SHOW_REASON = '<set-header name="x-reason"><value>@(context.LastError.Reason)</value></set-header>';
const AUDIENCES = `<audiences><audience>${GATEWAY_CLIENT_ID}</audience></audiences>`;

let time = START;
let backend: RecordingBackend;
let issuer: TokenIssuer;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  backend = await startBackend();
});

beforeEach(async () => {
  time = START;
  issuer = await startTokenIssuer(() => time);
  closers.push(issuer.close);
});

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  backend.received.length = 0;
});

afterAll(() => backend.close());

async function start(policy: string): Promise<TestGateway> {
  const gateway = await startTestGateway({
    backend: backend.url,
    now: () => time,
    files: { 'apis/echo/policy.xml': policies({ inbound: `<base />${policy}`, 'on-error': SHOW_REASON }) },
  });
  closers.push(gateway.close);
  return gateway;
}

function configuration(of: TokenIssuer = issuer): string {
  return `<openid-config url="${of.issuer}/.well-known/openid-configuration" />`;
}

/** The policy with these attributes, on the Authorization header unless they say otherwise. */
function validate(attributes = 'header-name="Authorization"', children = AUDIENCES): string {
  return `<validate-jwt ${attributes}>${configuration()}${children}</validate-jwt>`;
}

function call(gateway: TestGateway, token?: string): Promise<ReceivedResponse> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return gateway.send({ path: '/echo/items/1', headers });
}

async function reason(gateway: TestGateway, token?: string): Promise<unknown> {
  const { status, headers } = await call(gateway, token);
  return headers['x-reason'] ?? status;
}

test('lets a valid token of the configured issuer through', async () => {
  expect(await reason(await start(validate()), await issuer.sign())).toBe(200);
});

test('a missing token is "JWT not present."', async () => {
  const response = await call(await start(validate()));
  expect(response.status).toBe(401);
  expect(response.text).toBe('{ "statusCode": 401, "message": "JWT not present." }');
  expect(response.headers['x-reason']).toBe('TokenNotPresent');
});

const refused: [string, Record<string, unknown>, string][] = [
  ['an audience that is not listed', { aud: 'api://other' }, 'TokenAudienceNotAllowed'],
  ['another issuer', { iss: 'https://evil.example' }, 'TokenIssuerNotAllowed'],
  ['a token that has expired', { exp: START / 1000 - 1 }, 'TokenExpired'],
  ['a token without expiration time', { exp: undefined }, 'JwtInvalid'],
  ['a token that is not valid yet', { nbf: START / 1000 + 60 }, 'JwtInvalid'],
];

test.each(refused)('refuses %s', async (_, claims, expected) => {
  expect(await reason(await start(validate()), await issuer.sign(claims))).toBe(expected);
  expect(backend.received).toEqual([]);
});

test('refuses a signature of another key, a shared secret, no signature, and nonsense', async () => {
  const gateway = await start(validate());
  const { privateKey } = await generateKeyPair('RS256');
  const claims = { iss: issuer.issuer, aud: GATEWAY_CLIENT_ID, exp: START / 1000 + 60 };
  const secret = new TextEncoder().encode('the public key, taken for a secret');
  const tokens = [
    await issuer.sign({}, { key: privateKey }),
    await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(secret),
    new UnsecuredJWT(claims).encode(),
    'nonsense',
  ];
  const reasons = [];
  for (const token of tokens) reasons.push(await reason(gateway, token));
  expect(reasons).toEqual(['TokenSignatureInvalid', 'JwtInvalid', 'JwtInvalid', 'JwtInvalid']);
  expect(backend.received).toEqual([]);
});

test('keys are fetched once for many tokens, and again after an hour', async () => {
  const gateway = await start(validate());
  for (const sub of ['a', 'b']) await call(gateway, await issuer.sign({ sub }));
  expect(issuer.keyFetches()).toBe(1);
  time += 3_600_000;
  await call(gateway, await issuer.sign());
  expect(issuer.keyFetches()).toBe(2);
});

test('a key that is not known yet is fetched, at most once in five minutes', async () => {
  const gateway = await start(validate());
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const rolled = (): Promise<string> => issuer.sign({}, { key: privateKey, keyId: 'key-2' });
  await call(gateway, await issuer.sign());
  expect(await reason(gateway, await rolled())).toBe('TokenSignatureKeyNotFound');
  await issuer.publish(publicKey, 'key-2');
  time += 299_999;
  expect(await reason(gateway, await rolled())).toBe('TokenSignatureKeyNotFound');
  expect(issuer.keyFetches()).toBe(2);
  time += 1;
  expect(await reason(gateway, await rolled())).toBe(200);
  expect(issuer.keyFetches()).toBe(3);
});

test('an expression may choose the configuration, and what one accepts counts for that one only', async () => {
  const other = await startTokenIssuer(() => time);
  closers.push(other.close);
  const url = `@((context.Request.Headers.GetValueOrDefault("x-issuer", "") == "other" ? "${other.issuer}" : "${issuer.issuer}") + "/.well-known/openid-configuration")`;
  const gateway = await start(
    `<validate-jwt header-name="Authorization"><openid-config url="${url.replaceAll('"', '&quot;')}" />${AUDIENCES}</validate-jwt>`,
  );
  const token = await issuer.sign();
  const send = (headers: Record<string, string>): Promise<ReceivedResponse> =>
    gateway.send({ path: '/echo/items/1', headers: { authorization: `Bearer ${token}`, ...headers } });
  expect((await send({})).status).toBe(200);
  expect((await send({ 'x-issuer': 'other' })).status).toBe(401);
  expect((await send({})).status).toBe(200);
});

test('an expression that gives a configuration in clear text fails the request', async () => {
  const gateway = await start(
    `<validate-jwt header-name="Authorization"><openid-config url='@("http://issuer.example/")' /></validate-jwt>`,
  );
  const response = await call(gateway, await issuer.sign());
  expect(response.status).toBe(500);
  expect(response.headers['x-reason']).toBe('ExpressionValueEvaluationFailure');
});

test('keys that cannot be fetched are no fault of the caller', async () => {
  const gateway = await start(
    '<validate-jwt header-name="Authorization"><openid-config url="http://127.0.0.1:1/" /></validate-jwt>',
  );
  expect((await call(gateway, await issuer.sign())).status).toBe(500);
});

test.each(['true', 'false'])(
  'a folder is loaded whether or not its issuer is there, with validate-connectivity="%s"',
  async (validates) => {
    const config = `<openid-config url="http://127.0.0.1:1/" validate-connectivity="${validates}" />`;
    const gateway = await start(`<validate-jwt header-name="Authorization">${config}</validate-jwt>`);
    expect((await call(gateway)).status).toBe(401);
  },
);

test('a token that was accepted is refused as soon as it has expired', async () => {
  const gateway = await start(validate());
  const token = await issuer.sign({ exp: START / 1000 + 10 });
  expect(await reason(gateway, token)).toBe(200);
  time += 10_000;
  expect(await reason(gateway, token)).toBe('TokenExpired');
});

test('clock skew is granted in seconds', async () => {
  const gateway = await start(validate('header-name="Authorization" clock-skew="30"'));
  expect(await reason(gateway, await issuer.sign({ exp: START / 1000 - 29 }))).toBe(200);
  expect(await reason(gateway, await issuer.sign({ exp: START / 1000 - 31 }))).toBe('TokenExpired');
});

test('expiration time and signature may be left out where the policy says so', async () => {
  const attributes =
    'header-name="Authorization" require-expiration-time="false" require-signed-tokens="false"';
  const gateway = await start(validate(attributes));
  expect(await reason(gateway, await issuer.sign({ exp: undefined }))).toBe(200);
  const claims = { iss: issuer.issuer, aud: GATEWAY_CLIENT_ID };
  expect(await reason(gateway, new UnsecuredJWT(claims).encode())).toBe(200);
  expect(await reason(gateway, new UnsecuredJWT({ ...claims, iss: 'https://evil.example' }).encode())).toBe(
    'TokenIssuerNotAllowed',
  );
});

test('issuers that are listed are accepted besides those of the configurations', async () => {
  const other = await startTokenIssuer(() => time);
  closers.push(other.close);
  const issuers = '<issuers><issuer>https://listed.example</issuer></issuers>';
  const gateway = await start(
    `<validate-jwt header-name="Authorization">${configuration()}${configuration(other)}${issuers}</validate-jwt>`,
  );
  expect(await reason(gateway, await issuer.sign({ iss: 'https://listed.example' }))).toBe(200);
  // The two keys have the same id, so that of the first issuer is tried.
  expect(await reason(gateway, await other.sign())).toBe('TokenSignatureInvalid');
});

test('required claims, status and message are those of the policy', async () => {
  const claims =
    '<required-claims><claim name="groups" match="any"><value>a</value></claim></required-claims>';
  const gateway = await start(
    validate(
      'token-value="@(context.Request.Headers.GetValueOrDefault(&quot;x-token&quot;, &quot;&quot;))" failed-validation-httpcode="403" failed-validation-error-message="No."',
      claims,
    ),
  );
  const send = async (groups: string[]): Promise<ReceivedResponse> =>
    gateway.send({ path: '/echo/items/1', headers: { 'x-token': await issuer.sign({ groups }) } });
  expect((await send(['a', 'b'])).status).toBe(200);
  const response = await send(['b']);
  expect(response.status).toBe(403);
  expect(response.text).toBe('{ "statusCode": 403, "message": "No." }');
});

const SECRETS = ['the first secret, long enough for it', 'the second secret, long enough too'] as const;

function signedWith(secret: string, claims: Record<string, unknown> = {}, kid?: string): Promise<string> {
  const payload = { exp: START / 1000 + 60, aud: GATEWAY_CLIENT_ID, ...claims };
  const header = { alg: 'HS256', ...(kid !== undefined && { kid }) };
  return new SignJWT(payload).setProtectedHeader(header).sign(Buffer.from(secret));
}

function sharedKey(secret: string, id?: string): string {
  return `<key${id === undefined ? '' : ` id="${id}"`}>${Buffer.from(secret).toString('base64')}</key>`;
}

test('keys of the policy are tried one after the other, without any issuer to ask', async () => {
  const keys = SECRETS.map((secret) => sharedKey(secret)).join('');
  const gateway = await start(
    `<validate-jwt header-name="Authorization"><issuer-signing-keys>${keys}</issuer-signing-keys>${AUDIENCES}</validate-jwt>`,
  );
  for (const secret of SECRETS) expect(await reason(gateway, await signedWith(secret))).toBe(200);
  expect(await reason(gateway, await signedWith('another secret, long enough as well'))).toBe(
    'TokenSignatureInvalid',
  );
  expect(await reason(gateway, await signedWith(SECRETS[0], { aud: 'other' }))).toBe(
    'TokenAudienceNotAllowed',
  );
  expect(await reason(gateway, await signedWith(SECRETS[1], { exp: START / 1000 - 1 }))).toBe('TokenExpired');
  expect(await reason(gateway, await issuer.sign())).toBe('TokenSignatureKeyNotFound');
});

test('a key with an id is only for tokens that name it', async () => {
  const keys = SECRETS.map((secret, index) => sharedKey(secret, `k${index}`)).join('');
  const issuers = '<issuers><issuer>https://a.example</issuer></issuers>';
  const gateway = await start(
    `<validate-jwt header-name="Authorization"><issuer-signing-keys>${keys}</issuer-signing-keys>${issuers}</validate-jwt>`,
  );
  const claims = { iss: 'https://a.example' };
  expect(await reason(gateway, await signedWith(SECRETS[1], claims, 'k1'))).toBe(200);
  expect(await reason(gateway, await signedWith(SECRETS[1], claims, 'k0'))).toBe('TokenSignatureInvalid');
  expect(await reason(gateway, await signedWith(SECRETS[1], claims))).toBe('TokenSignatureKeyNotFound');
  expect(await reason(gateway, await signedWith(SECRETS[1], { iss: 'https://b.example' }, 'k1'))).toBe(
    'TokenIssuerNotAllowed',
  );
});

test('a modulus and an exponent are a key, for RS256 alone, besides those of a configuration', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const { n = '', e = '' } = await exportJWK(publicKey);
  const keys = `<issuer-signing-keys><key n="${n}" e="${e}" /></issuer-signing-keys>`;
  const gateway = await start(
    `<validate-jwt header-name="Authorization">${configuration()}${keys}</validate-jwt>`,
  );
  expect(await reason(gateway, await issuer.sign({}, { key: privateKey, keyId: 'own' }))).toBe(200);
  expect(await reason(gateway, await issuer.sign())).toBe(200);
  expect(await reason(gateway, await signedWith(n, { iss: issuer.issuer }))).toBe('JwtInvalid');
});

test('an accepted token is asked again where the issuers are other ones', async () => {
  const issuers =
    '<issuers><issuer>@(context.Request.Headers.GetValueOrDefault("x-issuer", ""))</issuer></issuers>';
  const gateway = await start(
    `<validate-jwt header-name="Authorization"><issuer-signing-keys>${sharedKey(SECRETS[0])}</issuer-signing-keys>${issuers}</validate-jwt>`,
  );
  const token = await signedWith(SECRETS[0], { iss: 'https://a.example' });
  const statuses = [];
  for (const name of ['https://a.example', 'https://b.example']) {
    const headers = { authorization: `Bearer ${token}`, 'x-issuer': name };
    statuses.push((await gateway.send({ path: '/echo/items/1', headers })).status);
  }
  expect(statuses).toEqual([200, 401]);
});

test('flags, scheme and clock skew may be expressions', async () => {
  const attributes = `header-name="Authorization" require-expiration-time="@(1 == 2)" require-signed-tokens="@(true)"
    require-scheme="@("Bea" + "rer")" clock-skew="@(20 + 10)"`;
  const gateway = await start(validate(attributes));
  expect(await reason(gateway, await issuer.sign({ exp: undefined }))).toBe(200);
  expect(await reason(gateway, await issuer.sign({ exp: START / 1000 - 29 }))).toBe(200);
  expect(await reason(gateway, await issuer.sign({ exp: START / 1000 - 31 }))).toBe('TokenExpired');
  const unsigned = new UnsecuredJWT({ iss: issuer.issuer, aud: GATEWAY_CLIENT_ID }).encode();
  expect(await reason(gateway, unsigned)).toBe('JwtInvalid');
});

test('a scheme is required where the policy names one', async () => {
  const gateway = await start(validate('header-name="Authorization" require-scheme="Bearer"'));
  const token = await issuer.sign();
  expect(await reason(gateway, token)).toBe(200);
  const bare = await gateway.send({ path: '/echo/items/1', headers: { authorization: token } });
  expect(bare.headers['x-reason']).toBe('JwtInvalid');
});

test('the accepted token is put into a variable', async () => {
  const gateway = await start(
    `${validate('header-name="Authorization" output-token-variable-name="jwt"')}
    <set-header name="x-oid"><value>@(((Jwt)context.Variables["jwt"]).Claims.GetValueOrDefault("oid", ""))</value></set-header>`,
  );
  await call(gateway, await issuer.sign({ oid: 'someone' }));
  expect(backend.received[0]?.headers['x-oid']).toBe('someone');
});

test.each([
  ['no place of the token', '<validate-jwt>CONFIG</validate-jwt>', 'needs one of header-name'],
  [
    'two places',
    '<validate-jwt header-name="a" token-value="b">CONFIG</validate-jwt>',
    'takes only one of header-name',
  ],
  [
    'neither configuration nor keys',
    '<validate-jwt header-name="a" />',
    'needs a child <openid-config> or <issuer-signing-keys>.',
  ],
  [
    'a connection that may or may not be validated',
    '<validate-jwt header-name="a"><openid-config url="https://issuer.example/" validate-connectivity="maybe" /></validate-jwt>',
    '"validate-connectivity" is one of true, false.',
  ],
  [
    'a configuration in clear text',
    '<validate-jwt header-name="a"><openid-config url="http://issuer.example/" /></validate-jwt>',
    'is an https address, or one of this machine.',
  ],
  [
    'a key that is no Base64',
    '<validate-jwt header-name="a"><issuer-signing-keys><key>a key</key></issuer-signing-keys></validate-jwt>',
    '<key> holds a key in Base64.',
  ],
  [
    'half of an RSA key',
    '<validate-jwt header-name="a"><issuer-signing-keys><key n="AQAB" /></issuer-signing-keys></validate-jwt>',
    '<key> holds a Base64 text, or has both of the attributes n and e.',
  ],
  [
    'an RSA key that is too short',
    '<validate-jwt header-name="a"><issuer-signing-keys><key n="AQAB" e="AQAB" /></issuer-signing-keys></validate-jwt>',
    'of at least 2048 bits.',
  ],
  [
    'a certificate',
    '<validate-jwt header-name="a"><issuer-signing-keys><key certificate-id="c" /></issuer-signing-keys></validate-jwt>',
    '<key> The attribute "certificate-id" isn\'t supported; allowed: id, n, e.',
  ],
  [
    'a clock skew that is no number',
    '<validate-jwt header-name="a" clock-skew="soon">CONFIG</validate-jwt>',
    '"clock-skew" is a whole number from 0 to 86400.',
  ],
])('is refused at start with %s', async (_, policy, message) => {
  await expect(start(policy.replace('CONFIG', configuration()))).rejects.toThrow(message);
});
