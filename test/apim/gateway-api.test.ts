import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { PRODUCTION_KEY, SANDBOX_KEY, startEdge } from './start-edge.ts';
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

const WHOAMI = { method: 'GET', path: '/gateway/v1/whoami' };
const MODELS = { method: 'GET', path: '/gateway/v1/models' };
const EXPLAIN = {
  method: 'POST',
  path: '/gateway/v1/policy:explain',
  body: '{"method":"POST","path":"/vertex/v1"}',
};

/** Checks that an answer follows RFC 9457 and agrees with its one record. */
function expectProblem(response: ReceivedResponse, status: number, code: string): void {
  const requestId = response.headers['x-request-id'];
  expect([response.status, response.headers['content-type']]).toEqual([status, 'application/problem+json']);
  expect(response.headers['request-id']).toBe(requestId);
  expect(response.json()).toEqual({
    type: `/errors/${code.toLowerCase().replaceAll('_', '-')}`,
    title: expect.stringMatching(/^[A-Z]/) as string,
    status,
    detail: expect.stringMatching(/^\S+ .*\.$/) as string,
    instance: `/requests/${String(requestId)}`,
    code,
  });
  expect(edge.traces.map(({ metadata }) => metadata)).toMatchObject([
    { requestId, code, status: String(status), outcome: 'denied', decision: 'deny' },
  ]);
  expect(edge.functionApp.received).toEqual([]);
}

test.each([WHOAMI, MODELS, EXPLAIN])('$method $path reaches the function app as it is', async (request) => {
  expect(await edge.predict({ body: '', ...request })).toMatchObject({ status: 200, text: '{"ok":true}' });
  const { method, path: url } = request;
  const body = 'body' in request ? request.body : '';
  expect(edge.functionApp.received).toMatchObject([{ method, url, body }]);
  expect(edge.traces).toEqual([]);
});

test('the function app is told who asks, and gets no key', async () => {
  const { headers } = await edge.predict({
    ...WHOAMI,
    body: '',
    headers: { 'x-gateway-roles': 'Audit.Read', 'x-functions-key': 'functions-key' },
  });
  const received = edge.functionApp.received[0]?.headers ?? {};
  expect(received).toMatchObject({
    'x-gateway-object-id': '22222222-2222-4222-8222-222222222222',
    'x-gateway-roles': 'Sandbox.Use Scoring.Predict',
    'x-gateway-subscription-id': 'scoring-production',
    'x-gateway-product-id': 'production',
    'x-gateway-request-id': headers['x-request-id'],
    authorization: 'Bearer token for f0000002-0000-4000-8000-000000000002',
  });
  expect(received).not.toHaveProperty('ocp-apim-subscription-key');
  expect(received).not.toHaveProperty('x-functions-key');
});

const DOCTOR = { method: 'GET', path: '/gateway/v1/doctor', body: '' };

test('the function app gets the edge’s named values with the question for the doctor, and no forged ones', async () => {
  await edge.predict({ ...DOCTOR, headers: { 'x-gateway-named-values': 'tenant-id=forged' } });
  const { 'x-gateway-named-values': sent } = edge.functionApp.received[0]?.headers ?? {};
  const values = Object.fromEntries(new URLSearchParams(String(sent)));
  expect(values).toMatchObject({
    'function-app-url': edge.functionApp.url,
    'functions-audience': 'f0000002-0000-4000-8000-000000000002',
  });
  expect(Object.keys(values)).toEqual([
    'tenant-id',
    'edge-client-id',
    'gateway-audience',
    'functions-audience',
    'function-app-url',
    'gateway-url',
  ]);
  expect(values['tenant-id']).not.toBe('forged');
});

test('other questions go without the named values', async () => {
  await edge.predict({ ...WHOAMI, body: '', headers: { 'x-gateway-named-values': 'tenant-id=forged' } });
  expect(edge.functionApp.received[0]?.headers).not.toHaveProperty('x-gateway-named-values');
});

test('the doctor is asked twelve times a minute at most by an APIM subscription', async () => {
  const ask = async (key: string) =>
    (await edge.predict({ ...DOCTOR, headers: { 'ocp-apim-subscription-key': key } })).status;
  const statuses: number[] = [];
  for (let asked = 0; asked < 13; asked += 1) statuses.push(await ask(SANDBOX_KEY));
  expect(statuses).toEqual([...Array.from({ length: 12 }, () => 200), 429]);
  expect(await ask(PRODUCTION_KEY)).toBe(200);
});

test.each([PRODUCTION_KEY, SANDBOX_KEY])('the product of %s has the API', async (key) => {
  const headers = { 'ocp-apim-subscription-key': key };
  expect((await edge.predict({ ...WHOAMI, body: '', headers })).status).toBe(200);
});

test('a missing key is a problem document with a challenge', async () => {
  const headers = { 'ocp-apim-subscription-key': undefined };
  const response = await edge.predict({ ...WHOAMI, body: '', headers });
  expectProblem(response, 401, 'SUBSCRIPTION_KEY_MISSING');
  expect(response.headers['www-authenticate']).toMatch(/^AzureApiManagementKey realm=/);
});

test('a missing token is a problem document with a challenge', async () => {
  const response = await edge.predict({ ...EXPLAIN, headers: { authorization: undefined } });
  expectProblem(response, 401, 'TOKEN_MISSING');
  expect(response.headers['www-authenticate']).toBe('Bearer');
});

test.each([
  ['POST', '/gateway/v1/whoami'],
  ['GET', '/gateway/v1/policy:explain'],
  ['POST', '/gateway/v1/policy:change'],
  ['GET', '/gateway/v2/models'],
  ['GET', '/gateway'],
  ['GET', '/gateway/v1/../v1/models'],
])('%s %s is no operation: a problem document', async (method, path) => {
  expectProblem(
    await edge.predict({ method, path, ...(method === 'GET' ? { body: '' } : {}) }),
    404,
    'OPERATION_NOT_FOUND',
  );
});

test('questions count against the limits of the product like any other call', async () => {
  const own = await startEdge({ limits: { calls: 1, quota: 100 } });
  try {
    expect((await own.predict()).status).toBe(200);
    const response = await own.predict({ ...MODELS, body: '' });
    expect([response.status, response.headers['content-type']]).toEqual([429, 'application/problem+json']);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(response.json()).toMatchObject({ code: 'RATE_LIMITED' });
  } finally {
    await own.close();
  }
});

test('an answer of the host in front of the function app is a problem document', async () => {
  const own = await startEdge({}, (_request, response) => response.writeHead(500).end('<html>'));
  try {
    const response = await own.predict({ ...WHOAMI, body: '' });
    expect([response.status, response.headers['content-type']]).toEqual([502, 'application/problem+json']);
    expect(response.json()).toMatchObject({ code: 'BACKEND_UNREACHABLE' });
  } finally {
    await own.close();
  }
});
