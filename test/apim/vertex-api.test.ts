import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import { TENANT } from '@vertex-ai-gateway/test-support/token-issuer';
import { readStream } from './read-stream.ts';
import { PREDICT, PRODUCTION_KEY, SANDBOX_KEY, startEdge } from './start-edge.ts';
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

test('the function app receives path, query and body as the caller sent them', async () => {
  const path =
    '/vertex/v1beta1/projects/p/locations/l%2Fl/publishers/google/models/m%2e:streamGenerateContent?alt=sse&x=%2f';
  const response = await edge.predict({ path, body: '{"contents":[]}' });
  expect(response).toMatchObject({ status: 200, text: '{"ok":true}' });
  expect(edge.functionApp.received).toMatchObject([{ method: 'POST', url: path, body: '{"contents":[]}' }]);
});

test('the function app is told who calls', async () => {
  const { headers } = await edge.predict();
  expect(edge.functionApp.received[0]?.headers).toMatchObject({
    'x-gateway-tenant-id': TENANT,
    'x-gateway-object-id': '22222222-2222-4222-8222-222222222222',
    'x-gateway-application-id': '33333333-3333-4333-8333-333333333333',
    'x-gateway-roles': 'Sandbox.Use Scoring.Predict',
    'x-gateway-identity-provider': 'entra',
    'x-gateway-delegated': 'false',
    'x-gateway-subscription-id': 'scoring-production',
    'x-gateway-product-id': 'production',
    'x-gateway-request-id': headers['x-request-id'],
    authorization: 'Bearer token for f0000002-0000-4000-8000-000000000002',
  });
});

test('a caller without roles is passed on without roles', async () => {
  await edge.predict({
    headers: { authorization: `Bearer ${await edge.issuer.sign({ roles: undefined })}` },
  });
  expect(edge.functionApp.received[0]?.headers['x-gateway-roles']).toBe('');
});

test('a v1 token names its application in appid', async () => {
  const claims = { iss: `https://sts.windows.net/${TENANT}/`, azp: undefined, appid: 'the-app', ver: '1.0' };
  await edge.predict({ headers: { authorization: `Bearer ${await edge.issuer.sign(claims)}` } });
  expect(edge.functionApp.received[0]?.headers['x-gateway-application-id']).toBe('the-app');
});

test('what a caller says about itself is overridden', async () => {
  await edge.predict({
    headers: {
      'X-Gateway-Roles': ['Assistants.Use', 'Analytics.Eu'],
      'x-gateway-object-id': 'someone-else',
      'x-gateway-request-id': 'mine',
      'x-gateway-product-id': 'gold',
      'x-gateway-identity-provider': 'okta',
      'x-gateway-delegated': 'maybe',
    },
  });
  const headers = edge.functionApp.received[0]?.headers ?? {};
  expect(headers['x-gateway-roles']).toBe('Sandbox.Use Scoring.Predict');
  expect(headers['x-gateway-object-id']).toBe('22222222-2222-4222-8222-222222222222');
  expect(headers['x-gateway-product-id']).toBe('production');
  expect(headers['x-gateway-identity-provider']).toBe('entra');
  expect(headers['x-gateway-delegated']).toBe('false');
  expect(headers['x-gateway-request-id']).not.toContain('mine');
});

test('no key goes further than the edge', async () => {
  const query = `subscription-key=${PRODUCTION_KEY}&code=functions-key&key=google-key`;
  await edge.predict({
    path: `${PREDICT}?${query}`,
    headers: {
      'x-functions-key': 'functions-key',
      'x-goog-api-key': PRODUCTION_KEY,
      'x-goog-user-project': 'someone-elses-project',
    },
  });
  const [received] = edge.functionApp.received;
  expect(received?.url).toBe(PREDICT);
  const headers = received?.headers ?? {};
  for (const name of [
    'ocp-apim-subscription-key',
    'x-functions-key',
    'x-goog-api-key',
    'x-goog-user-project',
  ])
    expect(headers).not.toHaveProperty(name);
  expect(JSON.stringify(received)).not.toMatch(/production-key|functions-key|google-key/);
});

test('what the function app answered is passed on under its request id, and not recorded here', async () => {
  const body = '{"error":{"code":403}}';
  const headers = { 'x-request-id': 'its-own', 'request-id': 'its-own' };
  const own = await startEdge({}, (_request, response) => response.writeHead(403, headers).end(body));
  try {
    const answer = await own.predict();
    expect(answer).toMatchObject({ status: 403, text: body });
    expect(answer.headers).toMatchObject(headers);
    expect(own.traces).toEqual([]);
  } finally {
    await own.close();
  }
});

test('a successful call leaves no record at the edge', async () => {
  await edge.predict();
  expect(edge.traces).toEqual([]);
});

test('both products reach the API', async () => {
  await edge.predict({ headers: { 'ocp-apim-subscription-key': SANDBOX_KEY } });
  expect(edge.functionApp.received[0]?.headers).toMatchObject({
    'x-gateway-subscription-id': 'sandbox',
    'x-gateway-product-id': 'sandbox',
  });
});

test('the health address of the function app is not exposed', async () => {
  for (const path of [
    '/api/health',
    '/vertex/api/health',
    '/vertex/../api/health',
    '/vertex/%2e%2e/api/health',
  ])
    expect((await edge.predict({ method: 'GET', path })).status).toBe(404);
  expect(edge.functionApp.received).toEqual([]);
});

test('the health address of the edge needs neither key nor token', async () => {
  expect((await sendRequest(edge.port, { path: '/status-0123456789abcdef' })).status).toBe(200);
});

test('a stream is passed on as it arrives', async () => {
  let finish: (() => void) | undefined;
  const own = await startEdge({}, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'its-own' });
    response.write('data: 1\n\n');
    finish = () => response.end('data: 2\n\n');
  });
  try {
    const headers = {
      'ocp-apim-subscription-key': PRODUCTION_KEY,
      authorization: `Bearer ${await own.issuer.sign()}`,
    };
    const chunks = await readStream(own.port, headers, (count) => {
      if (count === 1) finish?.();
    });
    expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n']);
  } finally {
    await own.close();
  }
});
