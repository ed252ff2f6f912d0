import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import { KEY, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let backend: RecordingBackend;
let gateway: TestGateway;

beforeAll(async () => {
  backend = await startBackend();
  gateway = await startTestGateway({ backend: backend.url });
});

beforeEach(() => {
  backend.received.length = 0;
});

afterAll(() => Promise.all([gateway.close(), backend.close()]));

test('the health address answers 200 without a key', async () => {
  const response = await sendRequest(gateway.port, { path: '/status-0123456789abcdef' });
  expect(response).toMatchObject({ status: 200, text: '' });
});

test('a missing key is answered as the product does', async () => {
  const response = await sendRequest(gateway.port, { path: '/echo/items/1' });
  expect(response.status).toBe(401);
  expect(response.text).toBe(
    '{ "statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API." }',
  );
  expect(response.headers['www-authenticate']).toBe(
    `AzureApiManagementKey realm="http://127.0.0.1:${gateway.port}/echo",name="Ocp-Apim-Subscription-Key",type="header"`,
  );
});

test.each(['nonsense', 'suspended-key', KEY.toUpperCase()])('the key %s is refused', async (key) => {
  const response = await gateway.send({
    path: '/echo/items/1',
    headers: { 'ocp-apim-subscription-key': key },
  });
  expect(response.status).toBe(401);
  expect(response.text).toBe(
    '{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }',
  );
  expect(backend.received).toEqual([]);
});

test('the secondary key and the query parameter work as well', async () => {
  const secondary = { 'ocp-apim-subscription-key': 'starter-secondary-key' };
  expect((await gateway.send({ path: '/echo/items/1', headers: secondary })).status).toBe(200);
  const path = `/echo/items/1?subscription-key=${KEY}`;
  expect((await sendRequest(gateway.port, { path })).status).toBe(200);
});

test.each([
  ['GET', '/nowhere'],
  ['GET', '/echo/nothing'],
  ['HEAD', '/echo/items/1'],
  ['DELETE', '/echo/items/1'],
  ['GET', '/status-0123456789abcdeg'],
])('%s %s is no operation: 404', async (method, path) => {
  const response = await gateway.send({ method, path });
  expect(response.status).toBe(404);
  if (method !== 'HEAD') expect(response.text).toBe('{ "statusCode": 404, "message": "Resource not found" }');
});

test('a port that is taken is reported as such', async () => {
  await expect(startTestGateway({ port: gateway.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a subscription for an unknown product is refused at start', async () => {
  const subscriptions = [{ id: 'a', name: 'A', product: 'gold', primaryKey: 'b' }];
  await expect(startTestGateway({ subscriptions })).rejects.toThrow('"a" is for an unknown product');
});

test('the interceptor sees the request, body included, and may deal with it', async () => {
  const seen: unknown[] = [];
  const intercepted = await startTestGateway({
    backend: backend.url,
    intercept: (exchange, response) => {
      seen.push([exchange.method, exchange.path, exchange.body.toString()]);
      if (!exchange.path.includes('fault')) return Promise.resolve(false);
      response.writeHead(503).end('fault');
      return Promise.resolve(true);
    },
  });
  try {
    expect((await intercepted.send({ method: 'POST', path: '/echo/items/1', body: 'hello' })).status).toBe(
      200,
    );
    expect((await intercepted.send({ path: '/echo/items/1?fault' })).text).toBe('fault');
    expect(seen).toEqual([
      ['POST', '/echo/items/1', 'hello'],
      ['GET', '/echo/items/1?fault', ''],
    ]);
    expect(backend.received).toMatchObject([{ method: 'POST', body: 'hello' }]);
  } finally {
    await intercepted.close();
  }
});
