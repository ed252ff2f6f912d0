import { request } from 'node:http';
import { expectFailure, type Failure } from './expect-failure.ts';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { generate, predict } from './sample-calls.ts';

const MEBIBYTE = 1_048_576;
const FULL: Failure = {
  status: 503,
  code: 'INSTANCE_FULL',
  canonical: 'UNAVAILABLE',
  message: 'has no memory left for it',
  retryAfterInMs: 1000,
};

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
  await observed.chain.restartFunctionApp({
    HELD_BODY_BYTES: String(4 * MEBIBYTE),
    MAXIMUM_BODY_BYTES: String(2 * MEBIBYTE),
    MAXIMUM_ANSWER_BYTES: String(2 * MEBIBYTE),
    CALL_TIMEOUT_IN_MS: '15000',
  });
  await generate(observed);
});

afterAll(() => observed.stop());
afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

function prompt(bytes: number): string {
  return JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'x'.repeat(bytes) }] }] });
}

/** Until Vertex AI has a stream's body, which the instance then holds. */
async function untilStreamArrived(): Promise<void> {
  for (;;) {
    const received = await observed.chain.requests('vertex-ai');
    if (received.some(({ path }) => path.includes(':streamGenerateContent'))) return;
  }
}

test('what the instance has no room for is refused for a moment, small bodies and later ones are not', async () => {
  const body = prompt(1.9 * MEBIBYTE);
  await observed.chain.inject('vertex-ai', { path: ':streamGenerateContent', delayInMs: 10_000 });
  const held = generate(observed, { path: modelPath('streamGenerateContent'), body });
  await untilStreamArrived();
  expectFailure(observed, await generate(observed, { body }), FULL);
  expectFailure(observed, await generate(observed, { body, chunked: true }), FULL);
  expect((await generate(observed)).status).toBe(200);
  expect((await held).status).toBe(200);
  const later = await generate(observed, { body });
  expect(later.status).toBe(200);
  observed.whenRecorded(later, { outcome: 'answered', requestBytes: body.length });
});

test('an answer longer than is passed on at once is a failure that says so, whole and in a stream', async () => {
  const long = 'x'.repeat(3 * MEBIBYTE);
  const headers = { 'content-type': 'application/json' };
  await observed.chain.inject('vertex-ai', {
    path: ':generateContent',
    status: 200,
    headers,
    body: `{"a":"${long}"}`,
  });
  const tooLong: Failure = {
    status: 502,
    code: 'VERTEX_FAILED',
    canonical: 'INTERNAL',
    message: 'longer than 2 MiB, the most that the gateway passes on at once',
  };
  expectFailure(observed, await generate(observed), tooLong);

  const events = { 'content-type': 'text/event-stream' };
  const first = 'data: {"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}\n\n';
  const body = `${first}data: {"candidates":"${long}"}\n\n`;
  await observed.chain.inject('vertex-ai', {
    path: ':streamGenerateContent',
    status: 200,
    headers: events,
    body,
  });
  const streamed = await generate(observed, { path: `${modelPath('streamGenerateContent')}?alt=sse` });
  expect([streamed.status, streamed.text.slice(0, first.length)]).toEqual([200, first]);
  expect(streamed.text.slice(first.length)).toMatch(
    /^data: \{"error":\{"code":502,"message":"An event of Vertex AI/,
  );
  observed.whenRecorded(streamed, {
    outcome: 'interrupted',
    code: 'VERTEX_FAILED',
    usageCompleteness: 'partial',
  });
});

test('predictions over gRPC that are longer than that are a failure that says so', async () => {
  const instances = Array.from({ length: 20_000 }, () => [5.1, 3.5, 1.4, 0.2]);
  const answer = await predict(observed, { body: JSON.stringify({ instances }) });
  expectFailure(observed, answer, {
    status: 502,
    code: 'VERTEX_FAILED',
    canonical: 'INTERNAL',
    message: 'longer than 2 MiB, the most that the gateway passes on at once',
  });
});

test('a writer who is slow takes no room from others for what has not come', async () => {
  const { gatewayUrl, applications } = observed.chain.environment;
  const slow = Array.from({ length: 8 }, async () => {
    const sent = request(`${gatewayUrl}${modelPath('generateContent')}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await observed.chain.token('assistants-app')}`,
        'ocp-apim-subscription-key': applications['assistants-app']?.subscriptionKey ?? '',
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
      },
    });
    sent.on('error', () => undefined);
    sent.write('{');
    return sent;
  });
  const writers = await Promise.all(slow);
  const body = prompt(1.5 * MEBIBYTE);
  expect((await generate(observed, { body })).status).toBe(200);
  for (const writer of writers) writer.destroy();
});

test('every call that was answered is on record once', async () => {
  await observed.untilOnRecord();
  const records = await observed.chain.auditRecords(({ code }) => code === 'INSTANCE_FULL', 2);
  expect(records.length).toBeGreaterThanOrEqual(2);
});
