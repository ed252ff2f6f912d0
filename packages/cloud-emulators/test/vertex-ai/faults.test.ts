import { helpers } from '@google-cloud/aiplatform';
import { startControlServer } from '../../src/control/server.ts';
import { ENDPOINT, MODEL, startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const REQUEST = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const STREAM = `${MODEL}:streamGenerateContent?alt=sse`;
const QUOTA = {
  error: {
    code: 429,
    message: 'Quota exceeded: 100 % of “iris” used.',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' },
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'RATE_LIMIT_EXCEEDED',
        domain: 'googleapis.com',
        metadata: { quota_limit: 'PerMinute' },
      },
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'instances', description: 'too many' }],
      },
    ],
  },
};
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());
afterEach(() => vertex.emulator.control.clearFaults());

function predict(timeout = 20_000): Promise<unknown> {
  const instances = [helpers.toValue([5.1, 3.5, 1.4, 0.2] as never) ?? {}];
  return vertex.client(TOKEN).predict({ endpoint: ENDPOINT, instances }, { timeout });
}

async function failureOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  return call.then(
    () => ({}),
    (error: unknown) => error as Record<string, unknown>,
  );
}

test.each([
  [400, 3],
  [401, 16],
  [403, 7],
  [404, 5],
  [429, 8],
  [500, 13],
  [503, 14],
  [504, 4],
  [418, 2],
])('a fault with status %i is code %i on gRPC', async (status, code) => {
  vertex.emulator.control.inject({ status });
  expect(await failureOf(predict())).toMatchObject({ code });
});

test('a fault in the form of Google carries its details on gRPC', async () => {
  vertex.emulator.control.inject({ path: 'PredictionService/Predict', status: 429, body: QUOTA });
  expect(await failureOf(predict())).toMatchObject({
    code: 8,
    details: QUOTA.error.message,
    reason: 'RATE_LIMIT_EXCEEDED',
    errorInfoMetadata: { quota_limit: 'PerMinute' },
    statusDetails: [
      { retryDelay: { seconds: expect.anything() as unknown, nanos: 500_000_000 } },
      { reason: 'RATE_LIMIT_EXCEEDED' },
      { fieldViolations: [{ field: 'instances', description: 'too many' }] },
    ],
  });
  expect(await predict()).toHaveLength(3);
});

test('a fault in the form of Google is the body on REST', async () => {
  vertex.emulator.control.inject({ path: ':generateContent', status: 429, body: QUOTA });
  const response = await vertex.post(`${MODEL}:generateContent`, REQUEST);
  expect(response.statusCode).toBe(429);
  expect(await response.body.json()).toEqual(QUOTA);
});

test('a reset ends a gRPC call as UNAVAILABLE, and the next one succeeds', async () => {
  vertex.emulator.control.inject({ reset: true });
  expect(await failureOf(predict())).toMatchObject({ code: 14 });
  expect(await predict()).toHaveLength(3);
});

test('an answer cut off after its headers ends a gRPC call with an error', async () => {
  vertex.emulator.control.inject({ abortAfterChunks: 1 });
  expect(await failureOf(predict())).toMatchObject({ code: expect.any(Number) as number });
});

test('a hang holds a gRPC call until its deadline', async () => {
  vertex.emulator.control.inject({ hang: true });
  expect(await failureOf(predict(50))).toMatchObject({ code: 4 });
});

test('a delay holds an answer back', async () => {
  vertex.emulator.control.inject({ delayInMs: 30 });
  const start = performance.now();
  await predict();
  expect(performance.now() - start).toBeGreaterThanOrEqual(29);
});

test.each([false, true])('a reset ends a REST call without an answer (HTTP/2: %s)', async (http2) => {
  vertex.emulator.control.inject({ reset: true });
  const failure = await failureOf(vertex.post(`${MODEL}:generateContent`, REQUEST, { http2 }));
  expect(failure.code).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
});

test.each([false, true])('a stream ends after the chunks that a fault leaves (HTTP/2: %s)', async (http2) => {
  vertex.emulator.control.inject({ abortAfterChunks: 2 });
  const response = await vertex.post(STREAM, REQUEST, { http2 });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body) text += String(chunk);
  })();
  expect(await failureOf(reading)).toHaveProperty('code');
  expect(text.match(/^data: /gm)).toHaveLength(2);
});

test('the control surface lists requests, injects faults and sets the pause', async () => {
  const server = await startControlServer([vertex.emulator]);
  const surface = `http://127.0.0.1:${server.port}/vertex-ai`;
  vertex.emulator.control.clear();
  await fetch(`${surface}/faults`, { method: 'POST', body: JSON.stringify({ status: 503 }) });
  await fetch(`${surface}/pause`, { method: 'POST', body: JSON.stringify({ pauseInMs: 0 }) });
  expect(await failureOf(predict())).toMatchObject({ code: 14 });
  const requests: unknown = await (await fetch(`${surface}/requests`)).json();
  expect(requests).toMatchObject([{ path: '/google.cloud.aiplatform.v1.PredictionService/Predict' }]);
  await server.close();
});
