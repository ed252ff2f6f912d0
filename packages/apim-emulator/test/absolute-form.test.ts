import { connect } from 'node:net';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let backend: RecordingBackend;
let gateway: TestGateway;

beforeAll(async () => {
  backend = await startBackend();
  gateway = await startTestGateway({
    backend: backend.url,
    files: {
      'apis/echo/policy.xml': policies({
        inbound: `<base /><set-header name="x-seen"><value>@(context.Request.OriginalUrl.Host + " " + context.Request.OriginalUrl.Path + " " + context.Request.Headers.GetValueOrDefault("Host", ""))</value></set-header>`,
      }),
    },
  });
});

afterEach(() => {
  backend.received.length = 0;
});

afterAll(async () => {
  await gateway.close();
  await backend.close();
});

/** Sends what stands there, byte for byte, and reads the answer. */
async function raw(port: number, ...lines: readonly string[]): Promise<{ status: number; text: string }> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return { status: Number(text.slice(9, 12)), text };
}

const get = (target: string, ...headers: readonly string[]): ReturnType<typeof raw> =>
  raw(gateway.port, `GET ${target} HTTP/1.1`, `Ocp-Apim-Subscription-Key: ${KEY}`, ...headers);

test.each([
  ['http://edge.example/echo/items/1?a=b', '/base/items/1?a=b'],
  ['HTTP://edge.example:8080/echo/items/1', '/base/items/1'],
  ['https://edge.example/echo/items/a%2Fb', '/base/items/a%2Fb'],
])('the target %s is the path in it, and its host wins over Host', async (target, forwarded) => {
  expect((await get(target, 'Host: other.example')).status).toBe(200);
  expect(backend.received[0]?.url).toBe(forwarded);
  const host = new URL(target).host;
  const path = target.replace(/^\w+:\/\/[^/]+|\?.*$/g, '');
  expect(backend.received[0]?.headers['x-seen']).toBe(`${host.replace(/:.*/, '')} ${path} ${host}`);
});

test('a target in absolute form is judged like any other', async () => {
  const missing = await raw(gateway.port, 'GET http://edge.example/echo/items/1 HTTP/1.1', 'Host: a');
  expect([missing.status, missing.text]).toEqual([401, expect.stringContaining('missing subscription key')]);
  expect((await get('http://edge.example/echo/nothing', 'Host: a')).status).toBe(404);
  expect((await get('http://edge.example', 'Host: a')).status).toBe(404);
  expect((await get('http://edge.example?a=b', 'Host: a')).status).toBe(404);
  expect((await get('http://edge.example/status-0123456789abcdef', 'Host: a')).status).toBe(200);
  expect(backend.received).toEqual([]);
});

test.each([
  'http:///echo/items/1',
  'http://user:secret@edge.example/echo/items/1',
  'http://edge example/echo/items/1',
  'ftp://edge.example/echo/items/1',
  'http://edge.example:port/echo/items/1',
  'http://[::1/echo/items/1',
])('the target %s is answered 400', async (target) => {
  const { status, text } = await get(target, 'Host: a');
  expect(status).toBe(400);
  expect(text).not.toContain('secret');
  expect(backend.received).toEqual([]);
});

test('a request without Host is refused, whatever its target', async () => {
  expect((await get('http://edge.example/echo/items/1')).status).toBe(400);
});

test('a journey tells the path of such a target', async () => {
  await get('http://edge.example/echo/items/1?a=b', 'Host: a');
  expect(gateway.journeys?.list()[0]?.url).toBe('/echo/items/1?a=b');
});
