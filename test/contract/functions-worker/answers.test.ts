import { FunctionApp, RAW, STREAM, WHOLE } from './function-app.ts';

let app: FunctionApp;
beforeAll(async () => {
  app = await FunctionApp.open();
});
afterAll(() => app.close());

test('a whole answer says how long it is, and travels in one piece', async () => {
  const answer = await app.call(WHOLE);
  const text = await answer.text();
  expect([answer.status, answer.headers['content-length'], answer.headers['transfer-encoding']]).toEqual([
    200,
    String(Buffer.byteLength(text)),
    undefined,
  ]);
});

test.each([
  ['a refusal', WHOLE, { body: '{' }, 400],
  ['a refusal of a stream', STREAM, { body: '{' }, 400],
  ['a refusal of an unknown caller', WHOLE, { headers: { authorization: '' } }, 401],
  ['a refusal of a path', '/vertex/v1/nothing', {}, 404],
])('%s says how long it is', async (_name, path, sent, status) => {
  const answer = await app.call(path, sent);
  const text = await answer.text();
  expect([answer.status, answer.headers['content-length']]).toEqual([
    status,
    String(Buffer.byteLength(text)),
  ]);
});

test('a stream has no length, and its first part is there before its end', async () => {
  await app.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 500 });
  const { headers, response, leave } = await app.call(STREAM);
  expect([headers['content-length'], headers['transfer-encoding']]).toEqual([undefined, 'chunked']);
  const first = await new Promise<string>((resolve) =>
    response.once('data', (part) => resolve(String(part))),
  );
  expect(first).toMatch(/^data: \{/);
  expect(first).not.toContain('finishReason');
  leave();
  await app.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 2 });
});

test.each(['headers', 'Headers', 'HEADERS', 'query', 'sys', '$request'])(
  'a member of a body that is called "%s" hides nothing of the call',
  async (name) => {
    const body = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]], [name]: { authorization: 'Bearer x' } });
    const answer = await app.call(RAW, { body });
    // The container or a rule may refuse the call, but not the identification of the caller.
    expect(answer.status).not.toBe(401);
    expect(await app.record(answer.requestId)).toMatchObject({ requestId: answer.requestId });
  },
);

test('a parameter of the query that is called like the headers hides nothing of the call', async () => {
  const answer = await app.call(`${WHOLE}?headers=1&Headers=2`);
  expect(answer.status).toBe(200);
  expect(await app.record(answer.requestId)).toMatchObject({ outcome: 'answered' });
});

test('a slash that is encoded in a name is no slash of the path', async () => {
  const answer = await app.call('/openai/v1/models/google%2Fgemini-3.5-flash', { method: 'GET' });
  expect([answer.status, JSON.parse(await answer.text())]).toMatchObject([200, { id: 'gemini-3.5-flash' }]);
});

test('a body without a length is read as one with it, and one of 20 MB is read whole', async () => {
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'a '.repeat(2_000_000) }] }] });
  const chunked = await app.call(WHOLE, { headers: { 'transfer-encoding': 'chunked' } });
  expect([chunked.status, (await chunked.text()).length > 0]).toEqual([200, true]);
  const large = await app.call(WHOLE, { body });
  expect(large.status).not.toBe(413);
  const tooLarge = await app.call(WHOLE, { body: JSON.stringify({ a: 'a'.repeat(20_971_520) }) });
  expect(tooLarge.status).toBe(413);
  const endless = app.start(WHOLE, {
    body: 'a'.repeat(21_000_000),
    headers: { 'transfer-encoding': 'chunked' },
    isOpen: true,
  });
  expect((await endless.answering).status).toBe(413);
  endless.leave();
});

test('live and ready are asked apart, and both are told while Google’s STS is away and a token valid', async () => {
  await app.chain.inject('google', { times: 100, status: 503 });
  for (const [path, told] of [
    ['/api/health/live', { live: true }],
    ['/api/health/ready', { live: true, ready: true, credentials: 'ok' }],
    ['/api/health', { live: true, ready: true, credentials: 'ok' }],
  ] as const) {
    const answer = await app.call(path, { method: 'GET' });
    expect([path, answer.status, JSON.parse(await answer.text())]).toMatchObject([path, 200, told]);
  }
  await app.chain.control('google', 'DELETE', 'faults');
});
