import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend();
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  backend.received.length = 0;
});

afterAll(() => backend.close());

async function start(inbound: string): Promise<TestGateway> {
  gateway = await startTestGateway({
    backend: backend.url,
    files: { 'apis/echo/policy.xml': policies({ inbound }) },
  });
  return gateway;
}

test.each([
  ['<set-method>PUT</set-method>', 'PUT'],
  ['<set-method> @(context.Request.Method == "POST" ? "PATCH" : "GET") </set-method>', 'PATCH'],
])('%s forwards %s, with the body', async (policy, method) => {
  const { send } = await start(policy);
  await send({ method: 'POST', path: '/echo/items/1', body: 'hello' });
  expect(backend.received).toMatchObject([{ method, url: '/base/items/1', body: 'hello' }]);
});

test('later policies see the new method', async () => {
  const { send } = await start(
    '<set-method>PUT</set-method><set-header name="x-method"><value>@(context.Request.Method)</value></set-header>',
  );
  await send({ path: '/echo/items/1' });
  expect(backend.received[0]?.headers['x-method']).toBe('PUT');
});

test('a method with no valid name is an internal error', async () => {
  const { send } = await start('<set-method>@("GET /elsewhere")</set-method>');
  expect((await send({ path: '/echo/items/1' })).status).toBe(500);
  expect(backend.received).toEqual([]);
});

test.each([
  ['<set-method />', /:2:24 <set-method> needs the name of a method\.$/],
  ['<set-method>CONNECT</set-method>', /:2:22 <set-method> needs the name of a method\.$/],
  ['<set-method>GET POST</set-method>', /<set-method> needs the name of a method\.$/],
  ['<set-method name="GET" />', /:2:28 <set-method> The attribute "name" isn't supported; allowed: id\.$/],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});
