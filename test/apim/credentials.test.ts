import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import {
  answerWith,
  PREDICT,
  PRODUCTION_KEY,
  SANDBOX_KEY,
  SANDBOX_SECONDARY_KEY,
  startEdge,
} from './start-edge.ts';
import type { Edge } from './start-edge.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

/** Sends a prediction with these credentials and no others. */
function send(headers: OutgoingHttpHeaders, query = ''): Promise<ReceivedResponse> {
  return edge.predict({
    path: `${PREDICT}${query}`,
    headers: { 'ocp-apim-subscription-key': undefined, authorization: undefined, ...headers },
  });
}

async function bearer(): Promise<string> {
  return `Bearer ${await edge.issuer.sign()}`;
}

function stamped(): unknown {
  return edge.functionApp.received.at(-1)?.headers;
}

const PRODUCTION = {
  'x-gateway-subscription-id': 'scoring-production',
  'x-gateway-product-id': 'production',
};
const TOKEN_HOLDER = {
  'x-gateway-identity-provider': 'entra',
  'x-gateway-object-id': '22222222-2222-4222-8222-222222222222',
  'x-gateway-application-id': '33333333-3333-4333-8333-333333333333',
  'x-gateway-roles': 'Sandbox.Use Scoring.Predict',
};
const KEY_HOLDER = {
  'x-gateway-identity-provider': 'subscription-key',
  'x-gateway-tenant-id': '',
  'x-gateway-object-id': 'sandbox',
  'x-gateway-application-id': '',
  'x-gateway-delegated': 'false',
  'x-gateway-roles': 'Sandbox.Use',
  'x-gateway-subscription-id': 'sandbox',
  'x-gateway-product-id': 'sandbox',
};
const CARRIERS = ['ocp-apim-subscription-key', 'x-goog-api-key', 'api-key', 'x-api-key'];
const OTHER_CARRIERS = CARRIERS.slice(1);

test.each(CARRIERS)(
  'a key in %s, beside a token, gives its subscription; the token says who calls',
  async (name) => {
    const response = await send({ [name]: PRODUCTION_KEY, authorization: await bearer() });
    expect(response).toMatchObject({ status: 200, text: '{"ok":true}' });
    expect(edge.functionApp.received).toHaveLength(1);
    expect(stamped()).toMatchObject({
      ...PRODUCTION,
      ...TOKEN_HOLDER,
      'x-gateway-request-id': response.headers['x-request-id'],
    });
    expect(edge.traces).toEqual([]);
  },
);

test('a key in the query, beside a token, gives its subscription', async () => {
  const query = `?subscription-key=${PRODUCTION_KEY}`;
  expect((await send({ authorization: await bearer() }, query)).status).toBe(200);
  expect(stamped()).toMatchObject({ ...PRODUCTION, ...TOKEN_HOLDER });
});

test.each(CARRIERS)('where a product allows it, a key in %s is enough', async (name) => {
  const response = await send({ [name]: SANDBOX_KEY });
  expect(response.status).toBe(200);
  expect(stamped()).toMatchObject({
    ...KEY_HOLDER,
    'x-gateway-request-id': response.headers['x-request-id'],
  });
});

test.each(['Bearer', 'bearer', 'BEARER '])(
  'where a product allows it, a key as %s is enough',
  async (scheme) => {
    expect((await send({ authorization: `${scheme} ${SANDBOX_KEY}` })).status).toBe(200);
    expect(stamped()).toMatchObject(KEY_HOLDER);
  },
);

test.each([
  ['in its own header', { 'ocp-apim-subscription-key': PRODUCTION_KEY }],
  ['in another header', { 'x-goog-api-key': PRODUCTION_KEY }],
  ['as the bearer', { authorization: `Bearer ${PRODUCTION_KEY}` }],
  [
    'in its own header and as the bearer',
    { 'ocp-apim-subscription-key': PRODUCTION_KEY, authorization: `Bearer ${PRODUCTION_KEY}` },
  ],
])('where a product does not allow it, a key %s is not enough', async (_, headers) => {
  const response = await send(headers);
  expect(response.status).toBe(401);
  expect(response.headers).toMatchObject({ 'www-authenticate': 'Bearer', 'x-should-retry': 'false' });
  expect(response.json()).toMatchObject({
    detail: expect.stringMatching(/^The product of your APIM subscription needs a token\. /) as string,
    error: { details: [{ reason: 'TOKEN_MISSING' }] },
  });
  expect(edge.functionApp.received).toEqual([]);
  expect(edge.traces).toMatchObject([
    {
      metadata: {
        requestId: response.headers['x-request-id'],
        code: 'TOKEN_MISSING',
        productId: 'production',
      },
    },
  ]);
});

test.each(OTHER_CARRIERS)('a key in its own header and again in %s counts once', async (name) => {
  await send({ 'ocp-apim-subscription-key': SANDBOX_KEY, [name]: SANDBOX_KEY });
  expect(stamped()).toMatchObject(KEY_HOLDER);
});

test.each(OTHER_CARRIERS)('the token again in %s is no key, and hides none', async (name) => {
  const authorization = await bearer();
  const [, token = ''] = authorization.split(' ');
  const response = await send({ 'ocp-apim-subscription-key': PRODUCTION_KEY, authorization, [name]: token });
  expect(response.status).toBe(200);
  expect(stamped()).toMatchObject({ ...PRODUCTION, ...TOKEN_HOLDER });
  const other = OTHER_CARRIERS.find((carrier) => carrier !== name) ?? '';
  expect((await send({ authorization, [name]: token, [other]: PRODUCTION_KEY })).status).toBe(200);
  const alone = await send({ authorization, [name]: token });
  expect([alone.status, alone.text]).toEqual([401, expect.stringContaining('Ocp-Apim-Subscription-Key')]);
  const another = `${token}x`;
  const differing = { 'ocp-apim-subscription-key': PRODUCTION_KEY, authorization, [name]: another };
  expect((await send(differing)).status).toBe(401);
});

test('either key of the subscription is a key, and no token beside the other', async () => {
  const bearer = `Bearer ${SANDBOX_SECONDARY_KEY}`;
  expect((await send({ authorization: bearer })).status).toBe(200);
  const both = await send({ 'ocp-apim-subscription-key': SANDBOX_KEY, authorization: bearer });
  expect(both.status).toBe(200);
});

test('the key of the subscription as the bearer is no token', async () => {
  await send({ 'x-goog-api-key': SANDBOX_KEY, authorization: `Bearer ${SANDBOX_KEY}` });
  expect(stamped()).toMatchObject(KEY_HOLDER);
  await send({ 'ocp-apim-subscription-key': SANDBOX_KEY, authorization: `Bearer ${SANDBOX_KEY}` });
  expect(stamped()).toMatchObject(KEY_HOLDER);
});

test('a token beside a key that would be enough is still who calls', async () => {
  await send({ 'x-goog-api-key': SANDBOX_KEY, authorization: await bearer() });
  expect(stamped()).toMatchObject({ ...TOKEN_HOLDER, 'x-gateway-product-id': 'sandbox' });
});

test.each([
  ['that has expired', () => edge.issuer.sign({ exp: 1 })],
  ['of another issuer', () => edge.okta.sign({ iss: 'https://evil.example' })],
  ['that is none', () => Promise.resolve('nonsense')],
  ['with an empty part', () => Promise.resolve('..')],
  ['that is the key of another subscription', () => Promise.resolve(PRODUCTION_KEY)],
])('no key rescues a token %s', async (_, sign) => {
  const authorization = `Bearer ${await sign()}`;
  for (const name of CARRIERS) {
    const response = await send({ [name]: SANDBOX_KEY, authorization });
    expect([name, response.status, response.text]).toEqual([
      name,
      401,
      expect.stringContaining('"TOKEN_INVALID"') as string,
    ]);
  }
  expect(edge.functionApp.received).toEqual([]);
});

test.each(['Basic c2VjcmV0', 'Bearer', SANDBOX_KEY.toUpperCase()])(
  'no key rescues the authorization %s',
  async (authorization) => {
    expect((await send({ 'x-goog-api-key': SANDBOX_KEY, authorization })).status).toBe(401);
    expect(edge.functionApp.received).toEqual([]);
  },
);

test.each<[string, OutgoingHttpHeaders, string, string]>([
  ['no credentials', {}, '', 'SUBSCRIPTION_KEY_MISSING'],
  ['an empty key', { 'ocp-apim-subscription-key': '' }, '', 'SUBSCRIPTION_KEY_MISSING'],
  ['an empty key elsewhere', { 'x-goog-api-key': '' }, '', 'SUBSCRIPTION_KEY_MISSING'],
  [
    'empty keys everywhere',
    { 'ocp-apim-subscription-key': '', 'x-goog-api-key': ' ', 'api-key': '', authorization: 'Bearer ' },
    '?subscription-key=%20',
    'SUBSCRIPTION_KEY_MISSING',
  ],
  [
    'an empty key in its own header, and an unknown one in the query',
    { 'ocp-apim-subscription-key': '' },
    '?subscription-key=nonsense',
    'SUBSCRIPTION_KEY_INVALID',
  ],
  ...['a%0D%0Ax-gateway-roles:%20Audit.Read', '%00', 'k%E2%82%ACy', 'k%7Fy'].map(
    (key): [string, OutgoingHttpHeaders, string, string] => [
      `an empty key in its own header, and ${key} in the query, which no header can hold`,
      { 'ocp-apim-subscription-key': '' },
      `?subscription-key=${key}`,
      'SUBSCRIPTION_KEY_INVALID',
    ],
  ),
  ['a key that is not ASCII', { 'api-key': 'k\u00e9y' }, '', 'SUBSCRIPTION_KEY_INVALID'],
  ['a bearer that is not ASCII', { authorization: 'Bearer k\u00e9y' }, '', 'SUBSCRIPTION_KEY_INVALID'],
  ['an unknown key', { 'ocp-apim-subscription-key': 'nonsense' }, '', 'SUBSCRIPTION_KEY_INVALID'],
  ['an unknown key elsewhere', { 'api-key': 'nonsense' }, '', 'SUBSCRIPTION_KEY_INVALID'],
  ['an unknown key as the bearer', { authorization: 'Bearer nonsense' }, '', 'SUBSCRIPTION_KEY_INVALID'],
  ['an unknown key in the query', {}, '?subscription-key=nonsense', 'SUBSCRIPTION_KEY_INVALID'],
  [
    'an unknown key in its own header, and a right one elsewhere',
    { 'ocp-apim-subscription-key': 'nonsense', 'x-api-key': SANDBOX_KEY },
    '',
    'SUBSCRIPTION_KEY_INVALID',
  ],
  [
    'an unknown key in the query, and a right one elsewhere',
    { 'x-api-key': SANDBOX_KEY },
    '?subscription-key=nonsense',
    'SUBSCRIPTION_KEY_INVALID',
  ],
  [
    'an unknown key in the first of the other headers, and a right one in the next',
    { 'x-goog-api-key': 'nonsense', 'api-key': SANDBOX_KEY },
    '',
    'SUBSCRIPTION_KEY_INVALID',
  ],
  ['a right key of Google alone in the query', {}, `?key=${SANDBOX_KEY}`, 'SUBSCRIPTION_KEY_MISSING'],
])('%s: answered and recorded once', async (_, headers, query, code) => {
  const response = await send(headers, query);
  expect(response.status).toBe(401);
  expect(response.json()).toMatchObject({
    error: { code: 401, status: 'UNAUTHENTICATED', details: [{ reason: code }] },
  });
  expect(response.headers).toMatchObject({
    'www-authenticate': `AzureApiManagementKey realm="http://127.0.0.1:${edge.port}/vertex",name="Ocp-Apim-Subscription-Key",type="header"`,
    'x-should-retry': 'false',
    'request-id': response.headers['x-request-id'],
  });
  expect(edge.traces.map(({ metadata }) => metadata)).toMatchObject([
    {
      requestId: response.headers['x-request-id'],
      code,
      rule: 'edge/authorization',
      outcome: 'denied',
      dialect: 'vertex',
      endpoint: '1234567890',
      operation: 'predict',
      subscriptionId: '',
      productId: '',
      identityProvider: '',
    },
  ]);
  expect(edge.functionApp.received).toEqual([]);
});

const EMPTY: OutgoingHttpHeaders = { 'ocp-apim-subscription-key': '', 'x-goog-api-key': '', 'api-key': '  ' };

test.each<[string, OutgoingHttpHeaders, string]>([
  ['in another header', { ...EMPTY, 'x-api-key': SANDBOX_KEY }, ''],
  ['in another header with white space', { ...EMPTY, 'x-api-key': ` ${SANDBOX_KEY}\t` }, ''],
  ['as the bearer', { ...EMPTY, authorization: `Bearer ${SANDBOX_KEY}` }, ''],
  ['in the query', EMPTY, `?subscription-key=${SANDBOX_KEY}`],
  ['in another header, beside an empty one in the query', { 'api-key': SANDBOX_KEY }, '?subscription-key='],
  [
    'in another header, beside empty ones',
    { ...EMPTY, 'x-api-key': SANDBOX_KEY },
    '?subscription-key=%20%09',
  ],
])('an empty key hides no right one %s', async (_, headers, query) => {
  expect((await send(headers, query)).status).toBe(200);
  expect(stamped()).toMatchObject(KEY_HOLDER);
  expect(edge.traces).toEqual([]);
});

test('a token without a key is not sent on as a key', async () => {
  const response = await send({ authorization: await bearer() });
  expect(response.text).toContain('"SUBSCRIPTION_KEY_MISSING"');
});

test('no key, whatever it is called, reaches the function app', async () => {
  const headers = Object.fromEntries(CARRIERS.map((name) => [name, SANDBOX_KEY]));
  await send({ ...headers, 'x-functions-key': SANDBOX_KEY, authorization: `Bearer ${SANDBOX_KEY}` });
  await send({ 'x-api-key': SANDBOX_KEY }, `?key=${SANDBOX_KEY}&code=${SANDBOX_KEY}&alt=sse`);
  expect(edge.functionApp.received).toHaveLength(2);
  expect(JSON.stringify(edge.functionApp.received)).not.toContain(SANDBOX_KEY);
  expect(edge.functionApp.received[1]?.url).toBe(`${PREDICT}?alt=sse`);
});

test('what is sent again is the call byte for byte', async () => {
  const path =
    '/vertex/v1beta1/projects/p/locations/l%2Fl/publishers/google/models/m%2e:streamGenerateContent?alt=sse&x=%2f';
  const body = JSON.stringify({ contents: 'ü'.repeat(100_000) });
  const headers = { 'x-goog-api-key': SANDBOX_KEY, 'x-goog-api-client': 'genai', authorization: undefined };
  const response = await edge.predict({
    path,
    body,
    headers: { 'ocp-apim-subscription-key': undefined, ...headers },
  });
  expect(response.status).toBe(200);
  expect(edge.functionApp.received).toMatchObject([
    { method: 'POST', url: path, body, headers: { 'x-goog-api-client': 'genai' } },
  ]);
});

test.each([200, 404, 429, 503])(
  'what the function app answers with %i to a call sent again is passed on',
  async (status) => {
    const own = await startEdge({}, answerWith({ 'retry-after': '7', 'x-policy-version': 'v' }, status));
    try {
      const headers = { 'ocp-apim-subscription-key': undefined, authorization: undefined };
      const answer = await own.predict({ headers: { ...headers, 'x-api-key': SANDBOX_KEY } });
      expect(answer).toMatchObject({ status, text: '{"ok":true}' });
      const requestId = own.functionApp.received[0]?.headers['x-gateway-request-id'];
      expect(answer.headers).toMatchObject({
        'x-request-id': requestId,
        'retry-after': '7',
        'x-policy-version': 'v',
        'x-ratelimit-limit-requests': '600',
      });
      expect(own.traces).toEqual([]);
    } finally {
      await own.close();
    }
  },
);

test.each([
  ['limit', { calls: 1, quota: 100 }, 429, 'RATE_LIMITED'],
  ['quota', { calls: 100, quota: 1 }, 403, 'QUOTA_EXCEEDED'],
])('a call sent again counts once against a %s, and is refused once', async (_, limits, status, code) => {
  const own = await startEdge({ limits });
  try {
    const headers = {
      'ocp-apim-subscription-key': undefined,
      authorization: undefined,
      'x-goog-api-key': SANDBOX_KEY,
    };
    expect((await own.predict({ headers })).status).toBe(200);
    const refused = await own.predict({ headers });
    expect([refused.status, refused.text]).toEqual([status, expect.stringContaining(code)]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(own.traces.map(({ metadata }) => [metadata.requestId, metadata.code, metadata.objectId])).toEqual([
      [refused.headers['x-request-id'], code, 'sandbox'],
    ]);
  } finally {
    await own.close();
  }
});

test('a gateway that cannot reach itself answers and records once', async () => {
  const own = await startEdge({ namedValues: { 'gateway-loopback-url': 'http://127.0.0.1:1' } });
  try {
    const headers = { 'ocp-apim-subscription-key': undefined, 'x-api-key': PRODUCTION_KEY };
    const answer = await own.predict({ headers });
    expect([answer.status, answer.text]).toEqual([
      502,
      expect.stringContaining('"BACKEND_UNREACHABLE"') as string,
    ]);
    expect(own.traces.map(({ metadata }) => metadata)).toMatchObject([
      { requestId: answer.headers['x-request-id'], outcome: 'failed', code: 'BACKEND_UNREACHABLE' },
    ]);
    expect((await own.predict()).status).toBe(200);
  } finally {
    await own.close();
  }
});

describe('a gateway that does not reach its public name', () => {
  const PUBLIC = 'https://gateway.example';
  let internal: Edge;
  /** The `Host` header of each request that the function app received. */
  const hosts: (string | undefined)[] = [];

  beforeAll(async () => {
    internal = await startEdge({
      namedValues: { 'gateway-url': PUBLIC },
      intercept: ({ headers }) => {
        hosts.push(headers.host);
        return Promise.resolve(false);
      },
    });
  });

  beforeEach(() => {
    hosts.length = 0;
    internal.functionApp.received.length = 0;
  });

  afterAll(() => internal.close());

  const withoutOwn = { 'ocp-apim-subscription-key': undefined, authorization: undefined };

  test.each(OTHER_CARRIERS)(
    'finds a key in %s over the loopback address, by its public name',
    async (name) => {
      const { status } = await internal.predict({ headers: { ...withoutOwn, [name]: SANDBOX_KEY } });
      expect(status).toBe(200);
      expect(hosts).toEqual([`127.0.0.1:${internal.port}`, 'gateway.example']);
      expect(internal.functionApp.received).toMatchObject([{ headers: KEY_HOLDER }]);
    },
  );

  test('sends the function app no host but its own', async () => {
    await internal.predict({ headers: { ...withoutOwn, 'api-key': SANDBOX_KEY } });
    await internal.predict();
    for (const { headers } of internal.functionApp.received)
      expect(headers.host).toBe(new URL(internal.functionApp.url).host);
  });

  test('tells callers its public name', async () => {
    const { headers } = await internal.predict({ headers: { ...withoutOwn, 'api-key': 'nonsense' } });
    expect(headers['www-authenticate']).toContain(`realm="${PUBLIC}/vertex"`);
  });
});

describe('keys under other names that are refused', () => {
  const GUESSES = 6;
  let own: Edge;
  let time = 0;

  /** Starts an edge that allows a hundredth of the guesses. */
  beforeEach(async () => {
    time = Date.parse('2026-03-01T00:00:00Z');
    const directory = mkdtempSync(join(tmpdir(), 'apim-'));
    cpSync('apim', directory, { recursive: true });
    const file = join(directory, 'policy-fragments/require-subscription/policy.xml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('calls="600"', `calls="${GUESSES}"`));
    own = await startEdge({ now: () => time, directory });
    rmSync(directory, { recursive: true });
  });

  afterEach(() => own.close());

  /** Headers in which a caller claims an address. They must not count. */
  function sendKey(name: string, key: string, path = PREDICT): Promise<ReceivedResponse> {
    const none = { 'ocp-apim-subscription-key': undefined, authorization: undefined };
    const forged = { 'x-forwarded-for': `203.0.113.${key.length}`, forwarded: 'for=203.0.113.9' };
    return own.predict({ path, headers: { ...none, ...forged, [name]: key } });
  }

  async function guess(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1)
      expect((await sendKey(OTHER_CARRIERS[index % 3] ?? '', 'x'.repeat(index + 1))).status).toBe(401);
  }

  test('are bounded by the address that they come from, on record, in each dialect', async () => {
    await guess(GUESSES);
    own.traces.length = 0;
    for (const [path, type] of [
      [PREDICT, 'RESOURCE_EXHAUSTED'],
      ['/openai/v1/chat/completions', 'rate_limit_error'],
      ['/anthropic/v1/messages', 'rate_limit_error'],
      ['/gateway/v1/policy:explain', 'KEY_GUESSES_LIMITED'],
    ] as const) {
      const answer = await sendKey('x-api-key', 'another', path);
      expect([path, answer.status, answer.text]).toEqual([
        path,
        429,
        expect.stringContaining(type) as string,
      ]);
      expect(answer.headers).toMatchObject({ 'retry-after': '60', 'retry-after-ms': '60000' });
      expect(answer.headers).not.toHaveProperty('www-authenticate');
    }
    expect(own.traces.map(({ metadata }) => metadata)).toEqual(
      Array.from(
        { length: 4 },
        () =>
          expect.objectContaining({
            code: 'KEY_GUESSES_LIMITED',
            status: '429',
            outcome: 'denied',
            rule: 'edge/rate-limit-by-key',
            subscriptionId: '',
          }) as unknown,
      ),
    );
    expect(own.functionApp.received).toEqual([]);
  });

  test('come to an end after a minute, and hinder no key in its own header', async () => {
    await guess(GUESSES);
    expect((await sendKey('api-key', SANDBOX_KEY)).status).toBe(429);
    expect((await sendKey('ocp-apim-subscription-key', SANDBOX_KEY)).status).toBe(200);
    time += 60_000;
    expect((await sendKey('api-key', SANDBOX_KEY)).status).toBe(200);
  });

  test('are not counted for whoever has a key: neither calls that are let in, nor those without a token', async () => {
    await guess(GUESSES - 1);
    for (let index = 0; index < 3; index += 1) {
      expect((await sendKey('x-goog-api-key', SANDBOX_KEY)).status).toBe(200);
      expect((await sendKey('x-goog-api-key', PRODUCTION_KEY)).status).toBe(401);
    }
    await guess(1);
    expect((await sendKey('x-goog-api-key', SANDBOX_KEY)).status).toBe(429);
  });
});

test.each(['/mcp', ...CARRIERS])(
  'the key of all APIs, for which no limit holds, opens none: %s',
  async (carrier) => {
    const subscriptions = [{ id: 'master', name: 'Built-in all-access', primaryKey: 'all-apis-key' }];
    const own = await startEdge({ subscriptions });
    const isMcp = carrier === '/mcp';
    try {
      const { status, text, headers } = await own.predict({
        ...(isMcp && { path: '/agents/mcp', body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' }),
        headers: {
          'ocp-apim-subscription-key': undefined,
          [isMcp ? 'ocp-apim-subscription-key' : carrier]: 'all-apis-key',
        },
      });
      expect([status, text]).toEqual([401, expect.stringContaining('SUBSCRIPTION_KEY_INVALID')]);
      expect(headers['www-authenticate']).toContain('AzureApiManagementKey');
      expect(own.functionApp.received).toEqual([]);
      expect(own.traces.map(({ metadata }) => metadata)).toMatchObject([
        {
          outcome: 'denied',
          code: 'SUBSCRIPTION_KEY_INVALID',
          rule: 'edge/authorization',
          subscriptionId: 'master',
          productId: '',
          objectId: '',
        },
      ]);
    } finally {
      await own.close();
    }
  },
);

describe('headers that the gateway alone sets', () => {
  const RESERVED =
    /^x-gateway-(?!(identity-provider|tenant-id|object-id|application-id|delegated|roles|subscription-id|product-id|request-id)$)/;

  test('are dropped, whatever their names', async () => {
    const spoofed = {
      'X-Gateway-Roles': 'Assistants.Use',
      'x-gateway-': 'nothing',
      'x-gateway-agent': 'someone',
      'X-GATEWAY-DEBUG': 'on',
      'x-gateway-tenant-id': 'another',
    };
    for (const headers of [
      spoofed,
      { ...spoofed, 'ocp-apim-subscription-key': undefined, 'api-key': PRODUCTION_KEY },
    ]) {
      expect((await edge.predict({ headers })).status).toBe(200);
      const names = Object.keys(edge.functionApp.received.at(-1)?.headers ?? {});
      expect(names.filter((name) => RESERVED.test(name))).toEqual([]);
      expect(stamped()).toMatchObject(TOKEN_HOLDER);
    }
  });

  test('are counted as callers may write them: twelve are dropped, thirteen refused', async () => {
    for (const [count, status] of [
      [12, 200],
      [13, 400],
    ] as const) {
      const headers = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`X-Gateway-${index}`, 'x']),
      );
      expect((await edge.predict({ headers })).status).toBe(status);
    }
    expect(edge.functionApp.received).toHaveLength(1);
    expect(
      Object.keys(edge.functionApp.received[0]?.headers ?? {}).filter((name) => RESERVED.test(name)),
    ).toEqual([]);
  });

  test('are refused where there are too many of them', async () => {
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`x-gateway-${index}`, 'x']));
    const response = await edge.predict({ headers });
    expect(response.status).toBe(400);
    expect(response.json()).toMatchObject({
      error: { status: 'INVALID_ARGUMENT', details: [{ reason: 'INVALID_REQUEST' }] },
    });
    expect(edge.functionApp.received).toEqual([]);
    expect(edge.traces.map(({ metadata }) => metadata)).toMatchObject([
      { code: 'INVALID_REQUEST', rule: 'edge/drop-reserved-headers' },
    ]);
  });
});

test.each([
  'X-MS-CLIENT-PRINCIPAL',
  'X-MS-CLIENT-PRINCIPAL-ID',
  'x-ms-client-principal-name',
  'x-ms-client-principal-idp',
  'Forwarded',
  'x-forwarded-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
])('%s, which poses as a platform or proxy, goes no further', async (name) => {
  for (const key of ['ocp-apim-subscription-key', 'api-key']) {
    const headers = { 'ocp-apim-subscription-key': undefined, [key]: PRODUCTION_KEY, [name]: 'posed' };
    expect((await edge.predict({ headers })).status).toBe(200);
    expect(Object.values(edge.functionApp.received.at(-1)?.headers ?? {})).not.toContain('posed');
  }
  expect(edge.functionApp.received).toHaveLength(2);
});
