import { FunctionApp, STREAM, WHOLE } from './function-app.ts';

const CALLS = 100;
/** A pause longer than a host waits for calls to end by themselves. */
const LONG_IN_MS = 60_000;

let app: FunctionApp;
beforeAll(async () => {
  app = await FunctionApp.open();
});
afterAll(() => app.close());

test('an instance that is stopped ends its calls and streams in their own form, each of them on record', async () => {
  await app.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: LONG_IN_MS });
  const streams = await Promise.all(Array.from({ length: CALLS }, () => app.call(STREAM)));
  await app.chain.inject('vertex-ai', { path: WHOLE.slice(-15), times: CALLS, delayInMs: LONG_IN_MS });
  const wholes = Array.from({ length: CALLS }, () => app.start(WHOLE));
  while ((await app.chain.requests('vertex-ai')).length < 2 * CALLS) await new Promise(setImmediate);

  const texts = Promise.all(streams.map(({ text }) => text()));
  const answers = Promise.all(wholes.map(({ answering }) => answering));
  process.kill(await app.processId(), 'SIGTERM');

  for (const answer of await answers) {
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(JSON.parse(await answer.text())).toMatchObject({
      error: {
        code: 503,
        status: 'UNAVAILABLE',
        details: [{ reason: 'INSTANCE_STOPPING' }, { retryDelay: '1s' }],
      },
    });
  }
  // The error stands once as an event and once bare, since clients of Gemini read one or the other.
  for (const text of await texts)
    expect(text).toMatch(/\ndata: (\{[^\n\r]*INSTANCE_STOPPING[^\n\r]*\})\s+\1\s*$/);
  const ids = new Set([...streams, ...wholes].map(({ requestId }) => requestId));
  const records = await app.chain.auditRecords(({ requestId }) => ids.has(String(requestId)), ids.size);
  expect(records.map(({ code }) => code)).toEqual(Array.from(ids, () => 'INSTANCE_STOPPING'));
  expect(new Set(records.map(({ requestId }) => requestId))).toEqual(ids);
});
