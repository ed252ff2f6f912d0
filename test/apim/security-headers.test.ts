import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import { answerWith, PRODUCTION_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const PROTECTED = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};
const BANNERS = {
  'x-powered-by': 'ASP.NET',
  'x-aspnet-version': '4.0.30319',
  'request-context': 'appId=cid-v1:11111111-1111-4111-8111-111111111111',
  'x-ms-invocation-id': '0f8fad5b-d9cb-469f-a165-70867728950e',
};

let edge: Edge;
let answer: RequestListener = answerWith(BANNERS);

beforeAll(async () => {
  edge = await startEdge({}, (request, response) => answer(request, response));
}, 30_000);

beforeEach(() => {
  answer = answerWith(BANNERS);
  edge.functionApp.received.length = 0;
});

afterAll(() => edge.close());

function expectNoBanner(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(BANNERS)) expect(headers).not.toHaveProperty(name);
}

test('an answer of the function app is protected, and says nothing of what served it', async () => {
  const { status, headers } = await edge.predict();
  expect(status).toBe(200);
  expect(headers).toMatchObject(PROTECTED);
  expectNoBanner(headers);
});

test('API Management removes no header Server, so no promise is made of it', async () => {
  answer = answerWith({ server: 'Kestrel' });
  expect((await edge.predict()).headers.server).toBe('Kestrel');
});

test('what the function app says of caches holds', async () => {
  answer = answerWith({ 'cache-control': 'private, max-age=60' });
  expect((await edge.predict()).headers['cache-control']).toBe('private, max-age=60');
});

test('so is a failure of the function app', async () => {
  answer = answerWith(BANNERS, 503);
  const { status, headers } = await edge.predict();
  expect(status).toBe(503);
  expect(headers).toMatchObject(PROTECTED);
  expectNoBanner(headers);
});

test('so is a stream', async () => {
  answer = answerWith({ ...BANNERS, 'content-type': 'text/event-stream' });
  const { headers } = await edge.predict();
  expect(headers).toMatchObject(PROTECTED);
  expectNoBanner(headers);
});

test('so is what the edge answers itself', async () => {
  const answers = [
    await edge.predict({ headers: { authorization: undefined } }),
    await edge.predict({ headers: { 'ocp-apim-subscription-key': undefined, authorization: undefined } }),
    await edge.predict({ path: '/vertex/nowhere' }),
    await sendRequest(edge.port, { path: '/nowhere' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 404, 404]);
  for (const { headers } of answers) expect(headers).toMatchObject(PROTECTED);
});

test('so is an answer in place of the host’s', async () => {
  answer = (_request, response) => response.writeHead(404, BANNERS).end('<html>');
  const { status, headers } = await edge.predict();
  expect(status).toBe(404);
  expect(headers).toMatchObject(PROTECTED);
  expectNoBanner(headers);
});

test('so is an answer to a call whose key stood elsewhere, once', async () => {
  const { status, headers } = await edge.predict({
    headers: { 'ocp-apim-subscription-key': undefined, 'x-goog-api-key': PRODUCTION_KEY },
  });
  expect(status).toBe(200);
  expect(headers).toMatchObject(PROTECTED);
  expectNoBanner(headers);
});

test('the trace that a call belongs to goes on; the request id is the edge’s own', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const { headers } = await edge.predict({
    headers: { traceparent, tracestate: 'vendor=1', 'x-request-id': 'mine', 'x-correlation-id': 'ours' },
  });
  const { traceparent: passedOn, tracestate } = edge.functionApp.received[0]?.headers ?? {};
  expect(passedOn).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/);
  expect(tracestate).toBe('vendor=1');
  expect(edge.functionApp.received[0]?.headers['x-gateway-request-id']).toBe(headers['x-request-id']);
  expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('a call without a trace begins one that its request id tells', async () => {
  const { headers } = await edge.predict();
  const received = edge.functionApp.received[0]?.headers;
  expect(received?.traceparent).toContain(String(headers['x-request-id']).replaceAll('-', ''));
  expect(received).not.toHaveProperty('tracestate');
});

/** Headers by which a caller could pass for the edge, for the platform of the function app, or for a proxy. */
test.each([
  'x-gateway-anything',
  'x-gateway-cache',
  'x-gateway-total-tokens',
  'x-ms-client-principal',
  'x-ms-client-principal-id',
  'x-ms-client-principal-name',
  'x-ms-client-principal-idp',
  'x-ms-invocation-id',
  'forwarded',
  'x-forwarded-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-functions-key',
  'x-goog-user-project',
])('the function app receives no %s of a caller’s', async (name) => {
  const { status } = await edge.predict({ headers: { [name.toUpperCase()]: 'posing' } });
  expect(status).toBe(200);
  const [received] = edge.functionApp.received;
  expect(JSON.stringify(received)).not.toContain('posing');
});

test.each(['x-goog-api-key', 'api-key', 'x-api-key'])(
  'the function app receives no %s of a caller’s, and no call whose keys differ',
  async (name) => {
    expect((await edge.predict({ headers: { [name]: PRODUCTION_KEY } })).status).toBe(200);
    const [received] = edge.functionApp.received;
    expect(JSON.stringify(received)).not.toContain(PRODUCTION_KEY);
    expect((await edge.predict({ headers: { [name]: 'posing' } })).status).toBe(401);
    expect(edge.functionApp.received).toHaveLength(1);
  },
);

test.each([
  'x-gateway-identity-provider',
  'x-gateway-tenant-id',
  'x-gateway-object-id',
  'x-gateway-application-id',
  'x-gateway-delegated',
  'x-gateway-roles',
  'x-gateway-subscription-id',
  'x-gateway-product-id',
  'x-gateway-request-id',
  'authorization',
])('the function app receives the edge’s own %s', async (name) => {
  const own = name === 'authorization' ? {} : { [name]: ['posing', 'posing too'] };
  await edge.predict({ headers: own });
  const [received] = edge.functionApp.received;
  expect(received?.headers).toHaveProperty(name);
  expect(JSON.stringify(received)).not.toContain('posing');
});
