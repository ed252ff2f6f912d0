import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(
  options: TestGatewayOptions,
  answer?: RequestListener,
): Promise<[TestGateway, RecordingBackend]> {
  const backend = await startBackend(answer);
  closers.push(backend.close);
  const gateway = await startTestGateway({ backend: backend.url, ...options });
  closers.push(gateway.close);
  return [gateway, backend];
}

const forward = (attributes: string): Record<string, string> => ({
  'policy.xml': `<policies><backend><forward-request ${attributes} /></backend></policies>`,
});

test('path, query and body arrive byte for byte', async () => {
  const [gateway, backend] = await start({});
  const path = '/echo/items/a%2Fb%2e%2E%20?q=%2f&q=a+b&empty=';
  await gateway.send({ method: 'POST', path, body: 'é\u0000' });
  expect(backend.received).toMatchObject([
    { method: 'POST', url: '/base/items/a%2Fb%2e%2E%20?q=%2f&q=a+b&empty=', body: 'é\u0000' },
  ]);
});

test('dot segments are not resolved', async () => {
  const [gateway, backend] = await start({});
  await gateway.send({ path: '/echo/items/..' });
  expect(backend.received).toMatchObject([{ url: '/base/items/..' }]);
});

test('headers of the connection are dropped, the caller is appended to x-forwarded-for', async () => {
  const [gateway, backend] = await start({});
  await gateway.send({
    path: '/echo/items/1',
    headers: {
      connection: 'close, x-private',
      'x-private': '1',
      te: 'trailers',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'Basic abc',
      'x-forwarded-for': '203.0.113.7',
      'x-other': 'kept',
    },
  });
  const headers = backend.received[0]?.headers ?? {};
  expect(headers).toMatchObject({ 'x-forwarded-for': '203.0.113.7, 127.0.0.1', 'x-other': 'kept' });
  for (const name of ['x-private', 'te', 'proxy-authorization']) expect(headers).not.toHaveProperty(name);
  expect(headers.host).toBe(new URL(backend.url).host);
});

test('status, reason, repeated headers and bytes of the response are passed on', async () => {
  const [gateway] = await start({}, (_request, response) => {
    response.writeHead(207, 'Several', [
      'set-cookie',
      'a=1',
      'set-cookie',
      'b=2',
      'content-length',
      '3',
      'x-a',
      '1',
    ]);
    response.end(Buffer.from([0xff, 0x00, 0x41]));
  });
  const response = await gateway.send({ path: '/echo/items/1' });
  expect(response).toMatchObject({ status: 207, reason: 'Several' });
  expect(response.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'content-length': '3', 'x-a': '1' });
});

test('a body of several megabytes arrives whole in both directions', async () => {
  const body = Buffer.alloc(20_000_000, 'x');
  const [gateway, backend] = await start({}, (_request, response) => response.end(body));
  const response = await gateway.send({ method: 'POST', path: '/echo/items/1', body });
  expect(response.text.length).toBe(body.length);
  expect(backend.received[0]?.body.length).toBe(body.length);
});

test('a stream is passed on chunk by chunk', async () => {
  let backendResponse: ServerResponse | undefined;
  const [gateway] = await start({ files: forward('buffer-response="false"') }, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    backendResponse = response;
  });
  const response = await open(gateway, '/echo/items/1');
  const chunks = response[Symbol.asyncIterator]();
  expect(await chunks.next()).toMatchObject({ value: Buffer.from('data: 1\n\n') });
  backendResponse?.write('data: 2\n\n');
  expect(await chunks.next()).toMatchObject({ value: Buffer.from('data: 2\n\n') });
  backendResponse?.end();
  expect(await chunks.next()).toMatchObject({ done: true });
});

test('the head of a stream is passed on before its first chunk', async () => {
  const [gateway] = await start({ files: forward('buffer-response="false"') }, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  const response = await open(gateway, '/echo/items/1');
  expect(response.headers['content-type']).toBe('text/event-stream');
  response.destroy();
});

test('a client that leaves ends the request to the backend', async () => {
  const left = Promise.withResolvers<undefined>();
  const [gateway] = await start({ files: forward('buffer-response="false"') }, (_request, response) => {
    response.on('close', () => left.resolve(undefined));
    response.write('data: 1\n\n');
  });
  const response = await open(gateway, '/echo/items/1');
  response.destroy();
  await left.promise;
});

test('a client that leaves before the answer ends the request to the backend', async () => {
  const arrived = Promise.withResolvers<undefined>();
  const left = Promise.withResolvers<undefined>();
  const [gateway] = await start({}, (_request, response) => {
    response.on('close', () => left.resolve(undefined));
    arrived.resolve(undefined);
  });
  const outgoing = httpRequest({
    port: gateway.port,
    path: '/echo/items/1',
    headers: { 'ocp-apim-subscription-key': KEY },
  });
  outgoing.on('error', () => undefined);
  outgoing.end();
  await arrived.promise;
  outgoing.destroy();
  await left.promise;
});

test('a backend that breaks off in mid-stream breaks the response off', async () => {
  const [gateway] = await start({ files: forward('buffer-response="false"') }, (_request, response) => {
    response.write('data: 1\n\n', () => response.socket?.resetAndDestroy());
  });
  const response = await open(gateway, '/echo/items/1');
  await expect(readAll(response)).rejects.toThrow('aborted');
});

test('a backend that cannot be reached is an internal error, with an activity id', async () => {
  const gateway = await startTestGateway({ backend: 'http://127.0.0.1:1' });
  closers.push(gateway.close);
  const response = await gateway.send({ path: '/echo/items/1' });
  expect(response.status).toBe(500);
  expect(response.text).toMatch(
    /^\{ "statusCode": 500, "message": "Internal server error", "activityId": "[0-9a-f-]{36}" \}$/,
  );
});

const SHOW_ERROR = policies({
  'on-error': `<set-header name="x-error"><value>@(context.LastError.Source + " " + context.LastError.Reason + " " + context.LastError.Scope + " " + context.LastError.Section)</value></set-header>`,
});

test('a backend that does not answer in time is a Timeout', async () => {
  const files = { ...forward('timeout="1"'), 'apis/echo/policy.xml': SHOW_ERROR };
  const [gateway] = await start({ files }, () => undefined);
  const response = await gateway.send({ path: '/echo/items/1' });
  expect(response.headers['x-error']).toBe('forward-request Timeout global backend');
});

test('a backend that resets the connection is a BackendConnectionFailure', async () => {
  const server = createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  const backend = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateway = await startTestGateway({ backend, files: { 'apis/echo/policy.xml': SHOW_ERROR } });
  closers.push(gateway.close);
  const response = await gateway.send({ path: '/echo/items/1' });
  expect(response.status).toBe(500);
  expect(response.headers['x-error']).toBe('forward-request BackendConnectionFailure global backend');
});

test('an error status of the backend is passed on, unless the policy says it is an error', async () => {
  const teapot: RequestListener = (_request, response) => response.writeHead(418).end('tea');
  const [plain] = await start({}, teapot);
  expect(await plain.send({ path: '/echo/items/1' })).toMatchObject({ status: 418, text: 'tea' });
  const files = { ...forward('fail-on-error-status-code="true"'), 'apis/echo/policy.xml': SHOW_ERROR };
  const [failing] = await start({ files }, teapot);
  const response = await failing.send({ path: '/echo/items/1' });
  expect(response.status).toBe(418);
  expect(response.headers['x-error']).toBe('forward-request BackendErrorStatus global backend');
});

test('rewrite-uri changes the path that is forwarded and keeps the query', async () => {
  const files = {
    'apis/echo/policy.xml': policies({ inbound: '<base /><rewrite-uri template="/v2/{id}?fixed=1" />' }),
  };
  const [gateway, backend] = await start({ files });
  await gateway.send({ path: '/echo/items/a%2Fb?q=1' });
  expect(backend.received).toMatchObject([{ url: '/base/v2/a%2Fb?fixed=1&q=1' }]);
});

test('rewrite-uri drops the query when told to', async () => {
  const files = {
    'apis/echo/policy.xml': policies({
      inbound: '<rewrite-uri template="/v2" copy-unmatched-params="false" />',
    }),
  };
  const [gateway, backend] = await start({ files });
  await gateway.send({ path: '/echo/items/1?q=1' });
  expect(backend.received).toMatchObject([{ url: '/base/v2' }]);
});

test.each([
  ['/v2', '/base/v2?other=2&q=3'],
  ['/v2/{kind}?size={size}', '/base/v2/{kind}?size=1%20a&other=2&q=3'],
])(
  'rewrite-uri to %s takes the required query parameters for part of the URL template',
  async (template, url) => {
    const files = {
      'apis/echo/specification.yaml': `
openapi: 3.0.3
info: { title: Echo, version: '1' }
paths:
  /items/{item-id}:
    get:
      operationId: get-item
      parameters:
        - { in: query, name: size, required: true, schema: { type: string } }
        - { in: query, name: other, schema: { type: string } }
  /kinds/{kind}:
    get: { operationId: get-kind }
`,
      'apis/echo/policy.xml': policies({ inbound: `<base /><rewrite-uri template="${template}" />` }),
    };
    const [gateway, backend] = await start({ files });
    await gateway.send({ path: '/echo/items/1?size=1%20a&other=2&q=3' });
    expect(backend.received).toMatchObject([{ url }]);
  },
);

test('copy-unmatched-params may be an expression', async () => {
  const rewrite =
    '<rewrite-uri template="/{id}" copy-unmatched-params="@(context.Request.Method == "POST")" />';
  const files = { 'apis/echo/policy.xml': policies({ inbound: rewrite }) };
  const [gateway, backend] = await start({ files });
  await gateway.send({ path: '/echo/items/1?q=1' });
  await gateway.send({ method: 'POST', path: '/echo/items/1?q=1' });
  expect(backend.received.map(({ url }) => url)).toEqual(['/base/1', '/base/1?q=1']);
});

test('set-query-parameter changes one parameter and leaves the others as they came', async () => {
  const set = (name: string, action: string, value: string): string =>
    `<set-query-parameter name="${name}" exists-action="${action}"><value>${value}</value></set-query-parameter>`;
  const inbound = [
    set('gone', 'delete', ''),
    set('a', 'override', 'x y'),
    set('b', 'skip', 'no'),
    set('c', 'append', '2'),
  ].join('');
  const [gateway, backend] = await start({ files: { 'apis/echo/policy.xml': policies({ inbound }) } });
  await gateway.send({ path: '/echo/items/1?gone=1&keep=%2f+&a=1&b=1&c=1&Gone=2' });
  expect(backend.received).toMatchObject([{ url: '/base/items/1?keep=%2f+&b=1&c=1&a=x%20y&c=2' }]);
});

test('set-backend-service sends the call elsewhere', async () => {
  const other = await startBackend();
  closers.push(other.close);
  const inbound = `<set-backend-service base-url="${other.url}/other/" />`;
  const [gateway, backend] = await start({ files: { 'apis/echo/policy.xml': policies({ inbound }) } });
  await gateway.send({ path: '/echo/items/1' });
  expect(other.received).toMatchObject([{ url: '/other/items/1' }]);
  expect(backend.received).toEqual([]);
});

test('twenty streams at once are passed on side by side', async () => {
  const open20 = Promise.withResolvers<undefined>();
  let opened = 0;
  const [gateway] = await start({ files: forward('buffer-response="false"') }, (_request, response) => {
    response.write('first;');
    opened += 1;
    if (opened === 20) open20.resolve(undefined);
    void open20.promise.then(() => response.end('last'));
  });
  const all = await Promise.all(Array.from({ length: 20 }, () => gateway.send({ path: '/echo/items/1' })));
  expect(all.every(({ text }) => text === 'first;last')).toBe(true);
});

function open(gateway: TestGateway, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest({ port: gateway.port, path, headers: { 'ocp-apim-subscription-key': KEY } }, resolve)
      .on('error', reject)
      .end();
  });
}

async function readAll(response: IncomingMessage): Promise<void> {
  response.resume();
  await once(response, 'end');
}
