import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startRecording(answer: RequestListener): Promise<RecordingBackend> {
  const backend = await startBackend(answer);
  closers.push(backend.close);
  return backend;
}

async function start(attributes: string, backend: string): Promise<TestGateway> {
  const document = policies({ backend: `<forward-request ${attributes} />`, 'on-error': SHOW_LAST_ERROR });
  const gateway = await startTestGateway({ backend, files: { 'apis/echo/policy.xml': document } });
  closers.push(gateway.close);
  return gateway;
}

test.each(['timeout-ms="60"', 'timeout-ms="@(30 + 30)"'])(
  '%s is a Timeout in milliseconds',
  async (attribute) => {
    const backend = await startRecording(() => undefined);
    const { send } = await start(attribute, backend.url);
    expect(lastErrorOf(await send({ path: '/echo/items/1' }))).toMatchObject({
      Source: 'forward-request',
      Reason: 'Timeout',
    });
  },
);

/** Redirects to `/base/items/next` with a status; answers that with its method. */
const redirecting =
  (status: number): RequestListener =>
  (request, response) => {
    if (request.url === '/base/items/next') response.end(request.method);
    else response.writeHead(status, { location: '/base/items/next' }).end();
  };

test('a redirect is passed on unless it is to be followed', async () => {
  const backend = await startRecording(redirecting(302));
  const { send } = await start('', backend.url);
  const response = await send({ path: '/echo/items/1' });
  expect([response.status, response.headers.location]).toEqual([302, '/base/items/next']);
});

test.each([
  [301, 'POST', 'GET', ''],
  [302, 'POST', 'GET', ''],
  [303, 'POST', 'GET', ''],
  [307, 'POST', 'POST', 'hello'],
  [308, 'POST', 'POST', 'hello'],
])('a followed %i turns %s into %s', async (status, method, next, body) => {
  const backend = await startRecording(redirecting(status));
  const { send } = await start('follow-redirects="@(true)"', backend.url);
  const response = await send({
    method,
    path: '/echo/items/1',
    headers: { authorization: 'Bearer secret', 'x-other': 'kept', 'content-type': 'text/plain' },
    body: 'hello',
  });
  expect(response).toMatchObject({ status: 200, text: next });
  const followed = backend.received[1];
  expect(followed).toMatchObject({ method: next, body, headers: { 'x-other': 'kept' } });
  expect(followed?.headers).not.toHaveProperty('authorization');
  expect(followed?.headers['content-type']).toBe(next === 'GET' ? undefined : 'text/plain');
});

test('redirects in a circle end, and what cannot be followed is passed on', async () => {
  const circle = await startRecording((_request, response) =>
    response.writeHead(302, { location: '/base/items/1' }).end(),
  );
  const first = await start('follow-redirects="true"', circle.url);
  expect((await first.send({ path: '/echo/items/1' })).status).toBe(302);
  expect(circle.received.length).toBe(51);
  const elsewhere = await startRecording((_request, response) =>
    response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  );
  const second = await start('follow-redirects="true"', elsewhere.url);
  expect((await second.send({ path: '/echo/items/1' })).headers.location).toBe('file:///etc/passwd');
});

test('HTTP/2 without TLS is spoken where the policy says so, and streams', async () => {
  const received: string[] = [];
  const server = createHttp2Server((request, response) => {
    received.push(
      `${request.httpVersion} ${request.method} ${request.url} ${String(request.headers['x-a'])}`,
    );
    response.writeHead(201, { 'x-answer': 'yes' });
    response.write('one;');
    response.end('two');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { send } = await start('http-version="2" buffer-response="false"', url);
  const response = await send({
    method: 'POST',
    path: '/echo/items/1?q=1',
    headers: { 'x-a': '1' },
    body: 'x',
  });
  expect(response).toMatchObject({ status: 201, reason: 'Created', text: 'one;two' });
  expect(response.headers['x-answer']).toBe('yes');
  expect(received).toEqual(['2.0 POST /base/items/1?q=1 1']);
});

test('2or1 without TLS is HTTP/1.1, which needs no agreement', async () => {
  const backend = await startRecording((request, response) => response.end(request.httpVersion));
  const { send } = await start('http-version="2or1"', backend.url);
  expect((await send({ path: '/echo/items/1' })).text).toBe('1.1');
});

/** A backend that is told about `Expect: 100-continue` before the body. */
async function startExpecting(
  onExpect: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('x-expect', request.headers.expect ?? 'nothing');
    response.write('one;');
    void readAll(request).then((body) => response.end(body));
  });
  server.on('checkContinue', onExpect);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

test.each(['true', 'false'])(
  'with continue-timeout the body follows 100 Continue; buffer-response %s',
  async (buffers) => {
    const backend = await startExpecting((request, response) => {
      response.writeContinue();
      response.writeHead(202, 'Taken', { 'x-expect': request.headers.expect });
      response.write('one;');
      void readAll(request).then((body) => response.end(body));
    });
    const { send } = await start(`continue-timeout="5" buffer-response="${buffers}"`, backend);
    const response = await send({ method: 'POST', path: '/echo/items/1', body: 'hello' });
    expect(response).toMatchObject({ status: 202, reason: 'Taken', text: 'one;hello' });
    expect(response.headers['x-expect']).toBe('100-continue');
  },
);

test('an answer in place of 100 Continue is the answer', async () => {
  const backend = await startExpecting((_request, response) => response.writeHead(417).end('no'));
  const { send } = await start('continue-timeout="@(5)"', backend);
  const response = await send({ method: 'POST', path: '/echo/items/1', body: 'hello' });
  expect(response).toMatchObject({ status: 417, text: 'no' });
});

test('without a body nothing waits for 100 Continue', async () => {
  const backend = await startExpecting((_request, response) => response.end('asked'));
  const { send } = await start('continue-timeout="5"', backend);
  const response = await send({ path: '/echo/items/1' });
  expect([response.headers['x-expect'], response.text]).toEqual(['nothing', 'one;']);
});

test('no 100 Continue in time is a Timeout', async () => {
  const backend = await startExpecting(() => undefined);
  const { send } = await start('continue-timeout="1"', backend);
  expect(lastErrorOf(await send({ method: 'POST', path: '/echo/items/1', body: 'hello' }))).toMatchObject({
    Source: 'forward-request',
    Reason: 'Timeout',
  });
});

test('a backend that breaks off after 100 Continue breaks the response off', async () => {
  const backend = await startExpecting((_request, response) => {
    response.writeContinue();
    response.writeHead(200);
    response.write('begun', () => response.socket?.resetAndDestroy());
  });
  const { send } = await start('continue-timeout="5" buffer-response="false"', backend);
  await expect(send({ method: 'POST', path: '/echo/items/1', body: 'hello' })).rejects.toThrow();
});

test('a body that is longer than what can be kept is refused where it is to be buffered', async () => {
  const backend = await startRecording((_request, response) => response.end());
  const { send } = await start('buffer-request-body="true"', backend.url);
  const body = Buffer.alloc(9 * 1024 * 1024);
  expect(lastErrorOf(await send({ method: 'POST', path: '/echo/items/1', body }))).toMatchObject({
    Source: 'forward-request',
    Reason: 'RequestBodyTooLarge',
  });
  expect(backend.received).toEqual([]);
});

test.each([
  ['timeout="1" timeout-ms="1"', ':3:51 <forward-request> takes timeout or timeout-ms, not both.'],
  ['timeout-ms="-1"', '"timeout-ms" is a whole number of at least 0.'],
  ['http-version="3"', '"http-version" is one of 1, 2or1, 2.'],
  ['follow-redirects="maybe"', '"follow-redirects" is one of true, false.'],
  ['buffer-request-body="@(true)"', 'Policy expressions aren\'t allowed in "buffer-request-body".'],
  ['continue-timeout="soon"', '"continue-timeout" is a whole number of at least 1.'],
  ['continue-timeout="1" http-version="2"', '"continue-timeout" is for http-version 1 only.'],
  [
    'proxy="http://a"',
    'The attribute "proxy" isn\'t supported; allowed: timeout, timeout-ms, continue-timeout,',
  ],
])('refuses %s', async (attributes, problem) => {
  await expect(start(attributes, 'http://127.0.0.1:9')).rejects.toThrow(problem);
});
