import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { JWTPayload } from 'jose';
import type { TraceTelemetry } from '@vertex-ai-gateway/apim-emulator/engine/gateway-services';
import { parsePolicyDocument } from '@vertex-ai-gateway/apim-emulator/documents/parse-policy-document';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { TENANT } from '@vertex-ai-gateway/test-support/token-issuer';
import { answerWith, PREDICT, PRODUCTION_KEY, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const START = Date.parse('2026-01-01T10:00:00.123Z');
let time = START;
let edge: Edge;

beforeAll(async () => {
  edge = await startEdge({ now: () => time });
});

beforeEach(() => {
  time = START;
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

interface Expected {
  readonly status: number;
  readonly canonical: string;
  readonly code: string;
}

/** Checks that an answer has the error body that every client of Vertex AI reads. */
function expectError(response: ReceivedResponse, { status, canonical, code }: Expected): void {
  const requestId = String(response.headers['x-request-id']);
  const body = response.json() as { detail: string; title: string };
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toBe('application/json');
  expect(response.headers['request-id']).toBe(requestId);
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(body).toMatchObject({
    type: `/errors/${code.toLowerCase().replaceAll('_', '-')}`,
    title: expect.stringMatching(/^[A-Z]/) as string,
    status,
    detail: expect.stringMatching(/\.$/) as string,
    instance: `/requests/${requestId}`,
    error: { code: status, message: body.detail, status: canonical },
  });
  expect(body).toHaveProperty(['error', 'details', 0], {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: code,
    domain: 'vertex-ai-gateway',
    metadata: { requestId },
  });
}

/** Checks that there is exactly one record, of this call and with these fields. */
function expectRecord(on: Edge, response: ReceivedResponse, metadata: Record<string, string>): void {
  expect(on.traces).toHaveLength(1);
  expect(on.traces[0]).toMatchObject({
    severity: 'information',
    requestId: response.headers['x-request-id'],
  });
  expect(on.traces[0]?.metadata).toMatchObject({
    recordedBy: 'edge',
    requestId: response.headers['x-request-id'],
    status: String(response.status),
    ...metadata,
  });
}

const NOBODY = { tenantId: '', objectId: '', applicationId: '' };
const SUBSCRIPTION = { subscriptionId: 'scoring-production', productId: 'production' };
const CALLER = {
  tenantId: TENANT,
  objectId: '22222222-2222-4222-8222-222222222222',
  applicationId: '33333333-3333-4333-8333-333333333333',
};

test.each([
  [undefined, 'SUBSCRIPTION_KEY_MISSING'],
  ['nonsense', 'SUBSCRIPTION_KEY_INVALID'],
])('the subscription key %s is answered and recorded', async (key, code) => {
  const response = await edge.predict({ headers: { 'ocp-apim-subscription-key': key } });
  expectError(response, { status: 401, canonical: 'UNAUTHENTICATED', code });
  expect(response.headers['www-authenticate']).toMatch(/^AzureApiManagementKey realm=/);
  expectRecord(edge, response, {
    outcome: 'denied',
    decision: 'deny',
    rule: 'edge/authorization',
    code,
    time: '2026-01-01T10:00:00.123Z',
    ...NOBODY,
    subscriptionId: '',
    productId: '',
    method: 'POST',
    dialect: 'vertex',
    operation: 'predict',
  });
  expect(edge.functionApp.received).toEqual([]);
});

test('a missing token is answered and recorded', async () => {
  const response = await edge.predict({ headers: { authorization: undefined } });
  expectError(response, { status: 401, canonical: 'UNAUTHENTICATED', code: 'TOKEN_MISSING' });
  expect(response.headers['www-authenticate']).toBe('Bearer');
  const rule = 'edge/validate-azure-ad-token';
  expectRecord(edge, response, {
    outcome: 'denied',
    rule,
    code: 'TOKEN_MISSING',
    ...NOBODY,
    ...SUBSCRIPTION,
  });
});

const invalidTokens: [string, JWTPayload][] = [
  ['for another audience', { aud: 'api://other-audience' }],
  ['of another issuer', { iss: 'https://issuer.example/v2.0' }],
  ['that has expired', { exp: START / 1000 - 10 }],
  ['of another tenant', { iss: `https://sts.windows.net/99999999-9999-4999-8999-999999999999/` }],
];

test.each(invalidTokens)('a token %s is answered and recorded', async (_, claims) => {
  const authorization = `Bearer ${await edge.issuer.sign(claims)}`;
  const response = await edge.predict({ headers: { authorization } });
  expectError(response, { status: 401, canonical: 'UNAUTHENTICATED', code: 'TOKEN_INVALID' });
  expect(response.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  expect(response.text).not.toMatch(/other-audience|issuer\.example|99999999/);
  expectRecord(edge, response, { outcome: 'denied', code: 'TOKEN_INVALID', ...NOBODY, ...SUBSCRIPTION });
  expect(edge.functionApp.received).toEqual([]);
});

test('a token without a signature is answered and recorded', async () => {
  const [, payload = ''] = (await edge.issuer.sign()).split('.');
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  const response = await edge.predict({ headers: { authorization: `Bearer ${header}.${payload}.` } });
  expectError(response, { status: 401, canonical: 'UNAUTHENTICATED', code: 'TOKEN_INVALID' });
  expectRecord(edge, response, { code: 'TOKEN_INVALID', ...NOBODY });
});

test.each([
  ['GET', PREDICT],
  ['POST', '/vertex/v1/projects/p/locations/l/endpoints/1:secretVerb'],
  ['POST', '/secret'],
  ['POST', '/vertex/v1/projects/p/../locations/l/endpoints/1:predict'],
])('%s %s is no operation: answered and recorded', async (method, path) => {
  const response = await edge.predict({ method, path });
  expectError(response, { status: 404, canonical: 'NOT_FOUND', code: 'OPERATION_NOT_FOUND' });
  expect(response.text).not.toContain('secret');
  expectRecord(edge, response, {
    outcome: 'denied',
    code: 'OPERATION_NOT_FOUND',
    method,
    operation: '',
    ...NOBODY,
  });
});

test.each([
  [SANDBOX_KEY, 'sandbox'],
  [PRODUCTION_KEY, 'production'],
])('more calls a minute than the product of %s allows are answered and recorded', async (key, productId) => {
  const own = await startEdge({ now: () => time, limits: { calls: 3, quota: 100 } });
  try {
    const headers = { 'ocp-apim-subscription-key': key };
    for (let sent = 0; sent < 3; sent += 1) expect((await own.predict({ headers })).status).toBe(200);
    const response = await own.predict({ headers });
    expectError(response, { status: 429, canonical: 'RESOURCE_EXHAUSTED', code: 'RATE_LIMITED' });
    expect(response.headers['retry-after']).toBe('60');
    expect(response.json()).toHaveProperty(['error', 'details', 1], {
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: '60s',
    });
    const rule = 'edge/rate-limit-by-key';
    expectRecord(own, response, { outcome: 'denied', rule, code: 'RATE_LIMITED', ...CALLER, productId });
    expect(own.functionApp.received).toHaveLength(3);
    time += 60_000;
    expect((await own.predict({ headers })).status).toBe(200);
  } finally {
    await own.close();
  }
});

test('limits count each APIM subscription by itself', async () => {
  const own = await startEdge({ now: () => time, limits: { calls: 1, quota: 100 } });
  try {
    const sandbox = { 'ocp-apim-subscription-key': SANDBOX_KEY };
    const statuses = [];
    for (const headers of [{}, {}, sandbox, sandbox]) statuses.push((await own.predict({ headers })).status);
    expect(statuses).toEqual([200, 429, 200, 429]);
  } finally {
    await own.close();
  }
});

test('a quota that is used up is answered and recorded', async () => {
  const own = await startEdge({ now: () => time, limits: { calls: 100, quota: 2 } });
  try {
    for (let sent = 0; sent < 2; sent += 1) expect((await own.predict()).status).toBe(200);
    const response = await own.predict();
    expectError(response, { status: 403, canonical: 'RESOURCE_EXHAUSTED', code: 'QUOTA_EXCEEDED' });
    // The day ends at midnight, UTC.
    expect(response.headers['retry-after']).toBe('50400');
    expectRecord(own, response, {
      rule: 'edge/quota-by-key',
      code: 'QUOTA_EXCEEDED',
      ...CALLER,
      ...SUBSCRIPTION,
    });
  } finally {
    await own.close();
  }
});

describe('tokens', () => {
  const ENOUGH = { calls: 100, quota: 100 };
  const headers = { 'ocp-apim-subscription-key': SANDBOX_KEY };
  const SANDBOX = { ...CALLER, subscriptionId: 'sandbox', productId: 'sandbox' };

  test('more than a minute allows are answered and recorded, until the answers that took them are a minute old', async () => {
    const limits = { ...ENOUGH, tokens: 100 };
    const own = await startEdge({ now: () => time, limits }, answerWith({ 'x-gateway-total-tokens': '60' }));
    try {
      for (let sent = 0; sent < 2; sent += 1) expect((await own.predict({ headers })).status).toBe(200);
      time += 15_000;
      const response = await own.predict({ headers });
      expectError(response, { status: 429, canonical: 'RESOURCE_EXHAUSTED', code: 'RATE_LIMITED' });
      expect(response.headers['retry-after']).toBe('45');
      expect(response.json()).toHaveProperty(['error', 'details', 1, 'retryDelay'], '45s');
      const rule = 'edge/rate-limit-by-key';
      expectRecord(own, response, { outcome: 'denied', rule, code: 'RATE_LIMITED', ...SANDBOX });
      expect(own.functionApp.received).toHaveLength(2);
      time += 45_000;
      expect((await own.predict({ headers })).status).toBe(200);
    } finally {
      await own.close();
    }
  });

  test('more than a day allows are answered and recorded', async () => {
    const limits = { ...ENOUGH, tokenQuota: 100 };
    const own = await startEdge({ now: () => time, limits }, answerWith({ 'x-gateway-total-tokens': '100' }));
    try {
      expect((await own.predict({ headers })).status).toBe(200);
      const response = await own.predict({ headers });
      expectError(response, { status: 403, canonical: 'RESOURCE_EXHAUSTED', code: 'QUOTA_EXCEEDED' });
      expect(response.headers['retry-after']).toBe('50400');
      expectRecord(own, response, { rule: 'edge/quota-by-key', code: 'QUOTA_EXCEEDED', ...SANDBOX });
    } finally {
      await own.close();
    }
  });

  test.each([
    ['an answer that does not tell them', answerWith({})],
    ['a failure', answerWith({ 'x-gateway-total-tokens': '100' }, 502)],
  ])('of %s are not counted', async (_, answer) => {
    const own = await startEdge({ limits: { ...ENOUGH, tokens: 1, tokenQuota: 1 } }, answer);
    try {
      for (let sent = 0; sent < 3; sent += 1) await own.predict({ headers });
      expect(own.functionApp.received).toHaveLength(3);
    } finally {
      await own.close();
    }
  });

  test('the caller is not told the header by which they are counted', async () => {
    const own = await startEdge({}, answerWith({ 'x-gateway-total-tokens': '60' }));
    try {
      const response = await own.predict({ headers });
      expect(response.status).toBe(200);
      expect(response.headers).not.toHaveProperty('x-gateway-total-tokens');
    } finally {
      await own.close();
    }
  });
});

test.each([
  [
    'sandbox',
    [
      ['600', '60'],
      ['100000', '60'],
      ['20000', '86400'],
      ['2000000', '86400'],
    ],
  ],
  [
    'production',
    [
      ['600000', '60'],
      ['50000000', '86400'],
    ],
  ],
])('%s has the limits of the limits document', (product, expected) => {
  const file = join(process.cwd(), 'apim/products', product, 'policy.xml');
  const [inbound] = parsePolicyDocument(readFileSync(file, 'utf8'), file).children;
  const limits = inbound?.children
    .filter(({ name }) => name.endsWith('-by-key'))
    .map(({ attributes }) => [attributes.get('calls')?.value, attributes.get('renewal-period')?.value]);
  expect(limits).toEqual(expected);
});

test('a function app that cannot be reached is answered and recorded', async () => {
  const own = await startEdge({ now: () => time, namedValues: { 'function-app-url': 'http://127.0.0.1:1' } });
  try {
    const response = await own.predict();
    expectError(response, { status: 502, canonical: 'UNAVAILABLE', code: 'BACKEND_UNREACHABLE' });
    expectRecord(own, response, {
      outcome: 'failed',
      decision: '',
      code: 'BACKEND_UNREACHABLE',
      ...CALLER,
      ...SUBSCRIPTION,
    });
  } finally {
    await own.close();
  }
});

test('what goes wrong after the function app has answered is left to it to record', async () => {
  const own = await startEdge({ now: () => time }, answerWith({ 'x-gateway-total-tokens': 'many' }));
  try {
    const response = await own.predict();
    expectError(response, { status: 500, canonical: 'INTERNAL', code: 'EDGE_FAILED' });
    expect(own.traces).toEqual([]);
  } finally {
    await own.close();
  }
});

test.each([
  [400, { status: 404, canonical: 'NOT_FOUND', code: 'OPERATION_NOT_FOUND' }, 'denied'],
  [404, { status: 404, canonical: 'NOT_FOUND', code: 'OPERATION_NOT_FOUND' }, 'denied'],
  [500, { status: 502, canonical: 'UNAVAILABLE', code: 'BACKEND_UNREACHABLE' }, 'failed'],
  [503, { status: 502, canonical: 'UNAVAILABLE', code: 'BACKEND_UNREACHABLE' }, 'failed'],
])(
  'a %i of the host in front of the function app is answered and recorded',
  async (status, expected, outcome) => {
    const own = await startEdge({ now: () => time }, (_request, response) =>
      response.writeHead(status).end('<html>'),
    );
    try {
      const response = await own.predict();
      expectError(response, expected);
      const { code } = expected;
      expectRecord(own, response, {
        outcome,
        code,
        rule: 'edge/forward-request',
        ...CALLER,
        ...SUBSCRIPTION,
      });
    } finally {
      await own.close();
    }
  },
);

test('a managed identity that gives no token is answered and recorded', async () => {
  const own = await startEdge({
    now: () => time,
    managedIdentityToken: () => Promise.reject(new Error('secret detail')),
  });
  try {
    const response = await own.predict();
    expectError(response, { status: 503, canonical: 'UNAVAILABLE', code: 'EDGE_IDENTITY_UNAVAILABLE' });
    expect(response.text).not.toContain('secret');
    expectRecord(own, response, { outcome: 'failed', code: 'EDGE_IDENTITY_UNAVAILABLE', ...CALLER });
    expect(own.functionApp.received).toEqual([]);
  } finally {
    await own.close();
  }
});

test('keys of Entra ID that cannot be fetched are answered and recorded', async () => {
  const own = await startEdge({ now: () => time, entraAuthority: 'http://127.0.0.1:1' });
  try {
    const response = await own.predict();
    expectError(response, { status: 503, canonical: 'UNAVAILABLE', code: 'TOKEN_KEYS_UNAVAILABLE' });
    expectRecord(own, response, { outcome: 'failed', code: 'TOKEN_KEYS_UNAVAILABLE', ...NOBODY });
  } finally {
    await own.close();
  }
});

test('a caller that leaves before there is an answer is recorded under the id that the function app has', async () => {
  const arrived = Promise.withResolvers<unknown>();
  const left = Promise.withResolvers<undefined>();
  const own = await startEdge({ now: () => time }, ({ headers }, response) => {
    response.on('close', () => left.resolve(undefined));
    arrived.resolve(headers['x-gateway-request-id']);
  });
  try {
    const headers: OutgoingHttpHeaders = {
      'ocp-apim-subscription-key': PRODUCTION_KEY,
      authorization: `Bearer ${await own.issuer.sign()}`,
    };
    const outgoing = request({ port: own.port, path: PREDICT, method: 'POST', headers });
    outgoing.on('error', () => undefined);
    outgoing.end('{}');
    const requestId = await arrived.promise;
    outgoing.destroy();
    await left.promise;
    expect(own.traces.map(({ metadata }) => metadata)).toMatchObject([
      { requestId, outcome: 'aborted', code: 'CALLER_GONE', rule: 'edge/forward-request', ...CALLER },
    ]);
  } finally {
    await own.close();
  }
});

test('a caller that leaves before its call is forwarded is recorded', async () => {
  const arrived = Promise.withResolvers<undefined>();
  const identity = Promise.withResolvers<{ token: string; expiresAt: Date }>();
  const recorded = Promise.withResolvers<TraceTelemetry>();
  const own = await startEdge({
    now: () => time,
    managedIdentityToken: () => {
      arrived.resolve(undefined);
      return identity.promise;
    },
    emitTrace: (telemetry) => recorded.resolve(telemetry),
    intercept: (_exchange, response) => {
      response.once('close', () =>
        identity.resolve({ token: 'late', expiresAt: new Date(time + 3_600_000) }),
      );
      return Promise.resolve(false);
    },
  });
  try {
    const authorization = `Bearer ${await own.issuer.sign()}`;
    const headers = { 'ocp-apim-subscription-key': PRODUCTION_KEY, authorization };
    const outgoing = request({ port: own.port, path: PREDICT, method: 'POST', headers });
    outgoing.on('error', () => undefined);
    outgoing.end('{}');
    await arrived.promise;
    outgoing.destroy();
    const { metadata } = await recorded.promise;
    expect(metadata).toMatchObject({
      outcome: 'aborted',
      code: 'CALLER_GONE',
      rule: 'edge/transport',
      ...CALLER,
    });
    expect(own.functionApp.received).toEqual([]);
  } finally {
    await own.close();
  }
});
