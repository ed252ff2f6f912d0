import { connect } from 'node:net';
import { eventually, type ForkedHost, forkHost } from './fork-host.ts';

let host: ForkedHost;
beforeAll(async () => {
  host = await forkHost('streaming', {}, [
    ...['--key', 'sample-key', '--activity-timeout', '1000', '--drain-timeout', '100'],
  ]);
});
afterAll(() => host.stop());

/** Sends bytes as they are, and gives everything that comes back until the connection ends. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(host.url).port), '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

async function status(path: string, init?: RequestInit): Promise<number> {
  const response = await fetch(`${host.url}${path}`, init);
  const body = await response.text();
  if (!response.ok) expect(body).toBe('');
  return response.status;
}

test('the handler gets the library’s request and context, with the path as the proxy encodes it', async () => {
  const response = await fetch(`${host.url}/echo/a%2Fb/c%20d?q=1&q=2`, {
    method: 'POST',
    body: 'café',
    headers: { 'X-Sample': 'yes', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` },
  });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toMatchObject({
    url: `${host.url}/echo/a%252Fb/c%20d?q=1&q=2`,
    method: 'POST',
    query: [
      ['q', '1'],
      ['q', '2'],
    ],
    params: { q: '2', rest: 'a%2Fb/c d' },
    header: 'yes',
    headers: expect.arrayContaining(['host', 'x-sample']) as unknown,
    usedBefore: false,
    text: 'café',
    usedAfter: true,
    functionName: 'echo',
    traceParent: expect.stringMatching(/^00-1{32}-(?!2{16})[0-9a-f]{16}-01$/) as unknown,
    trigger: 'httpTrigger',
    isReal: true,
  });
});

test('repeated headers are joined, not dropped', async () => {
  const answer = await sendRaw(
    'GET /echo HTTP/1.1\r\nHost: a\r\nX-Sample: 1\r\nX-Sample: 2\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toContain('"header":"1,2"');
});

test('a path with dot segments loses them', async () => {
  const answer = await sendRaw('GET /x/%2E%2E/echo/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(answer).toContain('"url":"http://a/echo/a"');
  expect(answer).toContain('"params":{"rest":"a"}');
});

test('a target in absolute form has the authority of its host, as Kestrel demands', async () => {
  const get = (target: string): Promise<string> =>
    sendRaw(`GET ${target} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`);
  expect(await get('http://a.example/echo/b')).toContain('"url":"http://a.example/echo/b"');
  expect(await get('http://other.example/echo/b')).toContain(' 400 ');
});

test('a malformed target or host is answered with 400', async () => {
  expect(await sendRaw('GET /echo%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toContain(' 400 ');
  expect(await sendRaw('GET /echo HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n')).toContain(' 400 ');
});

test('the alphabetically first function answers and a failed constraint is 404', async () => {
  expect(await (await fetch(`${host.url}/same/7`)).text()).toBe('alpha 7');
  expect(await status('/same/x')).toBe(404);
});

test('unknown routes and wrong methods are 404 with an empty body; HEAD and OPTIONS are not implied', async () => {
  expect(await status('/unknown')).toBe(404);
  expect(await status('/throws', { method: 'PUT' })).toBe(404);
  expect(await status('/hooked', { method: 'HEAD' })).toBe(404);
  expect(await status('/hooked', { method: 'OPTIONS' })).toBe(404);
});

test('a handler that throws or returns nothing leaves its caller waiting until the proxy gives up', async () => {
  expect(await Promise.all([status('/throws'), status('/nothing')])).toEqual([504, 504]);
});

test('heads are taken as Kestrel does, and what the worker takes none of is its 431', async () => {
  const head = async (target: string, ...lines: string[]): Promise<string | undefined> => {
    const answer = await sendRaw([`GET ${target} HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n'));
    expect(answer.toLowerCase()).toContain('connection: close');
    return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
  };
  const close = 'Connection: close';
  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `x-${index}: 1`);
  expect(await head('/echo', close, ...many(90))).toBe('200');
  expect(await head('/echo', close, ...many(99))).toBe('431');
  expect(await head('/echo', ...many(2_500))).toBe('431');
  expect(await head('/echo', close, `x-long: ${'a'.repeat(12_000)}`)).toBe('200');
  expect(await head('/echo', close, `x-long: ${'a'.repeat(20_000)}`)).toBe('431');
  expect(await head('/echo', `x-long: ${'a'.repeat(40_000)}`)).toBe('431');
  expect(await head(`/echo?${'a'.repeat(8_000)}`, close)).toBe('200');
  expect(await head(`/echo?${'a'.repeat(9_000)}`)).toBe('414');
});

test('of a body with many members the first 1,000 are trigger metadata, and what takes the place of the headers', async () => {
  const members = Array.from({ length: 3_000 }, (_, index) => `"m${index}":1`).join(',');
  const post = async (body: string) =>
    (await fetch(`${host.url}/echo`, { method: 'POST', headers: { 'x-sample': 'yes' }, body })).json();
  const { params, header } = (await post(`{${members}}`)) as { params: object; header: string };
  expect([Object.keys(params).filter((name) => /^m\d/.test(name)).length, header]).toEqual([1_000, 'yes']);
  expect(await post(`{${members},"Headers":{"x-sample":"forged"}}`)).toMatchObject({ header: 'forged' });
  expect(await post(`{${members},"Headers":{"x-sample":"forged"}`)).toMatchObject({ header: 'yes' });
});

test('a member or a parameter that is called like the headers takes their place', async () => {
  const echo = async (query: string, body?: string): Promise<object> => {
    const init = { method: 'POST', headers: { 'x-sample': 'yes' }, ...(body !== undefined && { body }) };
    return (await (await fetch(`${host.url}/echo${query}`, init)).json()) as object;
  };
  expect(await echo('', '{"other": {}}')).toMatchObject({ header: 'yes' });
  expect(await echo('?headers=1')).toMatchObject({ header: null, headers: [] });
  expect(await echo('', '{"headers": [1]}')).toMatchObject({ header: 'yes' });
  expect(await echo('', '{"headers": {"x-sample": "no"}}')).toMatchObject({ header: null });
  expect(await echo('', '{"Headers": {"x-sample": "forged"}}')).toMatchObject({ header: 'forged' });
});

test('an answer has the id of its invocation', async () => {
  expect((await fetch(`${host.url}/hooked`)).headers.get('x-ms-invocation-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('an answer is written in chunks, unless the handler says how long it is', async () => {
  const length = async (path: string): Promise<(string | null)[]> => {
    const { headers } = await fetch(`${host.url}${path}`);
    return [headers.get('content-length'), headers.get('transfer-encoding')];
  };
  expect(await length('/hooked')).toEqual([null, 'chunked']);
  expect(await length('/sized')).toEqual(['5', null]);
});

test('a function of level "function" needs the key, and the header wins', async () => {
  expect(await status('/keyed')).toBe(401);
  expect(await status('/keyed?code=sample-key')).toBe(200);
  expect(await status('/keyed?code=sample-key', { headers: { 'x-functions-key': 'other' } })).toBe(401);
  expect(await status('/keyed', { headers: { 'x-functions-key': 'sample-key' } })).toBe(200);
});

test('hooks run round the invocation and share their data', async () => {
  expect(await (await fetch(`${host.url}/hooked`)).text()).toBe('from the hook');
});

test('HEAD has headers and no body, 204 drops a body, and of repeated set-cookie the library keeps the last', async () => {
  const head = await fetch(`${host.url}/head`, { method: 'HEAD' });
  expect([head.status, head.headers.get('x-sample'), await head.text()]).toEqual([200, 'yes', '']);
  expect(await status('/empty')).toBe(204);
  expect((await fetch(`${host.url}/cookies`)).headers.getSetCookie()).toEqual(['b=2']);
});

test('a request body of any bytes travels whole, and a chunked one as a stream', async () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
  const echoed = await fetch(`${host.url}/bytes`, { method: 'POST', body: bytes });
  expect(Buffer.from(await echoed.arrayBuffer()).equals(bytes)).toBe(true);
  const body = new Blob([bytes, bytes]).stream();
  const streamed = await fetch(`${host.url}/length`, { method: 'POST', body, duplex: 'half' });
  expect(await streamed.text()).toBe('600000');
});

test('a body that says it is over 104,857,600 bytes is refused with 413', async () => {
  const answer = await sendRaw('POST /bytes HTTP/1.1\r\nHost: a\r\nContent-Length: 104857601\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

/** Opens a stream, reads its first chunk and closes the connection. */
async function readFirstAndLeave(path: string): Promise<string> {
  const controller = new AbortController();
  const response = await fetch(`${host.url}${path}`, { signal: controller.signal });
  const first = await response.body?.getReader().read();
  controller.abort();
  return Buffer.from(first?.value ?? []).toString();
}

test('a handler sees in the library’s own server that its client has left', async () => {
  expect(await readFirstAndLeave('/watched')).toContain('data: 0\n\n');
  await eventually(() => host.notes().includes('watched left'));
});

test('a stream that nobody holds back is written as fast as it comes, however slow its client is', async () => {
  const response = await fetch(`${host.url}/flood`);
  await eventually(() => host.notes().includes('flood 1999'));
  await response.body?.cancel();
});

test('a stream that fails half-way is never ended', async () => {
  const response = await fetch(`${host.url}/breaks`);
  await expect(response.text()).rejects.toThrow();
});

test('the control surface lists requests with their bodies and injects faults', async () => {
  await fetch(`${host.controlUrl}/requests`, { method: 'DELETE' });
  await status('/echo/recorded', { method: 'POST', body: 'seen' });
  const recorded = (await (await fetch(`${host.controlUrl}/requests`)).json()) as unknown[];
  expect(recorded).toMatchObject([{ method: 'POST', path: '/echo/recorded', body: 'seen' }]);

  const inject = (fault: object): Promise<Response> =>
    fetch(`${host.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(fault) });
  await inject({ path: '/echo', status: 503, body: '' });
  expect(await status('/echo')).toBe(503);
  expect(await status('/echo')).toBe(200);
  await inject({ path: '/watched', abortAfterChunks: 2 });
  await expect(fetch(`${host.url}/watched`).then((response) => response.text())).rejects.toThrow();
});

test.each([
  ['that takes longer than functionTimeout', '/slow', {}],
  [
    'whose id the caller has sent, so that it is waited for in vain,',
    '/hooked',
    { 'x-ms-invocation-id': '1' },
  ],
])('an invocation %s takes the worker with it, which is started anew', async (_which, path, headers) => {
  const slow = await forkHost('streaming');
  expect((await fetch(`${slow.url}${path}`, { headers })).status).toBe(502);
  expect((await fetch(`${slow.url}/hooked`)).status).toBe(200);
  expect(slow.notes()).toEqual(['appStart', 'appStart']);
  await slow.stop();
});
