import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expectAllOnRecordWithoutTokens } from './expect-failure.ts';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { readWithGax } from './read-with-gax.ts';
import type { Answer } from './send-bytes.ts';

const TIMEOUT_IN_MS = 1500;
const BODY = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] });
/** Long enough for the caller to do something between two chunks. */
const LONG_PAUSE = { pauseInMs: 400 };
const USUAL_PAUSE = { pauseInMs: 2 };

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
  await restart({ streamTimeoutInMs: TIMEOUT_IN_MS });
});

afterAll(() => observed.stop());

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));
afterEach(() => setPause(USUAL_PAUSE));

/** Restarts the function app; the silence of streams is filled only where a test asks for it. */
function restart({
  streamTimeoutInMs,
  keepAliveIntervalInMs = 60_000,
}: {
  readonly streamTimeoutInMs: number;
  readonly keepAliveIntervalInMs?: number;
}): Promise<unknown> {
  return observed.chain.restartFunctionApp({
    CALL_TIMEOUT_IN_MS: String(TIMEOUT_IN_MS),
    STREAM_TIMEOUT_IN_MS: String(streamTimeoutInMs),
    KEEP_ALIVE_INTERVAL_IN_MS: String(keepAliveIntervalInMs),
  });
}

function setPause(pause: { pauseInMs: number }): Promise<unknown> {
  return observed.chain.control('vertex-ai', 'POST', 'pause', pause);
}

function stream(verb: 'streamGenerateContent' | 'streamGenerateContent?alt=sse'): Promise<Answer> {
  return observed.call({ application: 'assistants-app', path: modelPath(verb), body: BODY });
}

/** Reads the data of events. An error stands by itself too, for clients that look for it there. */
function eventsOf({ text }: Answer): unknown[] {
  return text
    .split(/\r?\n\r?\n/)
    .filter((event) => event.startsWith('data: '))
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as unknown);
}

/** An error in place of the rest of a stream. */
function streamError(status: number, canonical: string, code: string, message: string): unknown {
  return {
    error: {
      code: status,
      status: canonical,
      message: expect.stringContaining(message) as string,
      details: [
        expect.objectContaining({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code }),
      ],
    },
  };
}

const CANDIDATES = expect.objectContaining({ candidates: expect.any(Array) as unknown[] }) as unknown;
const BROKEN = streamError(502, 'UNAVAILABLE', 'VERTEX_STREAM_BROKEN', 'Vertex AI broke off the stream.');
const TIMED_OUT = streamError(
  504,
  'DEADLINE_EXCEEDED',
  'VERTEX_TIMEOUT',
  'Vertex AI did not answer completely within 1.5 s',
);

test('a stream of events that breaks keeps its whole events and ends with an error that clients see', async () => {
  await observed.chain.inject('vertex-ai', { abortAfterChunks: 2 });

  const answer = await stream('streamGenerateContent?alt=sse');

  expect(answer.status).toBe(200);
  expect(eventsOf(answer)).toEqual([CANDIDATES, CANDIDATES, BROKEN]);
  observed.whenRecorded(answer, {
    outcome: 'interrupted',
    code: 'VERTEX_STREAM_BROKEN',
    status: '200',
    modelVersion: 'gemini-3.5-flash',
    responseBytes: expect.any(Number) as number,
  });
});

test('a stream of an array that breaks stays JSON, its last element the error', async () => {
  await observed.chain.inject('vertex-ai', { abortAfterChunks: 2 });

  const answer = await stream('streamGenerateContent');

  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual([CANDIDATES, CANDIDATES, BROKEN]);
  observed.whenRecorded(answer, { outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN', status: '200' });
});

test.each(['streamGenerateContent?alt=sse', 'streamGenerateContent'] as const)(
  'a stream that outlives the time limit ends with an error in its own framing: %s',
  async (verb) => {
    await setPause(LONG_PAUSE);

    const answer = await stream(verb);

    expect(answer.status).toBe(200);
    const parts = verb.endsWith('sse') ? eventsOf(answer) : (JSON.parse(answer.text) as unknown[]);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.slice(0, -1)).toEqual(parts.slice(0, -1).map(() => CANDIDATES));
    expect(parts.at(-1)).toEqual(TIMED_OUT);
    observed.whenRecorded(answer, { outcome: 'interrupted', code: 'VERTEX_TIMEOUT', status: '200' });
  },
);

const QUOTA = {
  status: 429,
  body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota of sample-project.' } },
};
const EXHAUSTED = streamError(
  429,
  'RESOURCE_EXHAUSTED',
  'VERTEX_RATE_LIMITED',
  'The quota of the gateway’s project on Vertex AI is used up',
);

test.each(['streamGenerateContent?alt=sse', 'streamGenerateContent'] as const)(
  'an error in the midst of a stream comes after the whole parts before it, in the gateway’s words: %s',
  async (verb) => {
    await observed.chain.inject('vertex-ai', { ...QUOTA, errorAfterChunks: 2 });

    const answer = await stream(verb);

    expect(answer.status).toBe(200);
    const parts = verb.endsWith('sse') ? eventsOf(answer) : (JSON.parse(answer.text) as unknown[]);
    expect(parts).toEqual([CANDIDATES, CANDIDATES, EXHAUSTED]);
    observed.whenRecorded(answer, {
      outcome: 'interrupted',
      code: 'VERTEX_RATE_LIMITED',
      usageCompleteness: 'partial',
      inputTokens: expect.any(Number) as number,
    });
  },
);

test.each(['streamGenerateContent?alt=sse', 'streamGenerateContent'] as const)(
  'an error instead of a stream is an error of its own: %s',
  async (verb) => {
    await observed.chain.inject('vertex-ai', { ...QUOTA, errorAfterChunks: 0 });

    const answer = await stream(verb);

    expect([answer.status, answer.headers['content-type']]).toEqual([429, 'application/json']);
    expect(JSON.parse(answer.text)).toMatchObject(EXHAUSTED as object);
    observed.whenRecorded(answer, { outcome: 'failed', code: 'VERTEX_RATE_LIMITED', status: '429' });
  },
);

test.each(['streamGenerateContent?alt=sse', 'streamGenerateContent'] as const)(
  'a stream that ends well before the model does is no success: %s',
  async (verb) => {
    const [body, type] = verb.endsWith('sse')
      ? ['data: {"candidates":[{}]}\n\ndata: {"candidates":[{}]}\n\n', 'text/event-stream']
      : ['[{"candidates":[{}]}\n,\n{"candidates":[{}]}\n]\n', 'application/json; charset=UTF-8'];
    await observed.chain.inject('vertex-ai', { status: 200, body, headers: { 'content-type': type } });

    const answer = await stream(verb);

    expect(answer.status).toBe(200);
    const parts = verb.endsWith('sse') ? eventsOf(answer) : (JSON.parse(answer.text) as unknown[]);
    expect(parts).toEqual([
      CANDIDATES,
      CANDIDATES,
      streamError(502, 'UNAVAILABLE', 'VERTEX_STREAM_BROKEN', 'Vertex AI ended the stream before the model'),
    ]);
    observed.whenRecorded(answer, { outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' });
  },
);

test.each(['streamGenerateContent?alt=sse', 'streamGenerateContent'] as const)(
  'a slow stream outlives the limit of a call, kept alive by what its reader reads over: %s',
  async (verb) => {
    await restart({ streamTimeoutInMs: 20_000, keepAliveIntervalInMs: 100 });
    await setPause(LONG_PAUSE);
    await observed.chain.inject('vertex-ai', { path: ':streamGenerateContent', delayInMs: 1000 });

    const answer = await stream(verb);

    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(verb.endsWith('sse') ? /^data: {2,}\{/ : /^\[\n+\{/);
    const filled = verb.endsWith('sse') ? /(?<=^data:) {2,}(?=\{)/gm : /(?<=\n)\n(?=\n*,)/g;
    expect(answer.text.match(filled)?.length).toBeGreaterThan(2);
    const parts = verb.endsWith('sse') ? eventsOf(answer) : (JSON.parse(answer.text) as unknown[]);
    expect(parts).toEqual(parts.map(() => CANDIDATES));
    if (!verb.endsWith('sse'))
      for (const chunks of [[answer.bytes], Array.from(answer.bytes, (byte) => Uint8Array.of(byte))])
        expect(await readWithGax(chunks)).toHaveLength(parts.length);
    observed.whenRecorded(answer, (record) => {
      expect(record).toMatchObject({
        outcome: 'answered',
        finishReason: 'STOP',
        usageCompleteness: 'complete',
      });
      expect(record.durationInMs).toBeGreaterThan(TIMEOUT_IN_MS);
    });
  },
);

test.each([
  ['x-server-timeout', '1', 1],
  ['x-stainless-timeout', '0', 1],
])('a call that carries a limit (%s: %s) gets no more time', async (name, value, seconds) => {
  await observed.chain.inject('vertex-ai', { hang: true });

  const answer = await observed.call({
    application: 'assistants-app',
    path: modelPath('generateContent'),
    body: BODY,
    headers: { [name]: value },
  });

  expect([answer.status, answer.text]).toEqual([
    504,
    expect.stringContaining(`within ${seconds} s, the time limit that the call carries`),
  ]);
  observed.whenRecorded(answer, { outcome: 'failed', code: 'CALLER_TIMEOUT', status: '504' });
});

test('each call has one audit record, and no token has got anywhere', () =>
  expectAllOnRecordWithoutTokens(observed));

test('a caller that goes away ends the call at Vertex AI, on record', async () => {
  await restart({ streamTimeoutInMs: 20_000 });
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  await setPause(LONG_PAUSE);
  const { gatewayUrl, applications } = observed.chain.environment;
  const outgoing = request(`${gatewayUrl}${modelPath('streamGenerateContent?alt=sse')}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await observed.chain.token('assistants-app')}`,
      'ocp-apim-subscription-key': applications['assistants-app']?.subscriptionKey,
      'content-type': 'application/json',
    },
  });
  outgoing.end(BODY);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  await once(incoming, 'data');
  outgoing.destroy();

  const requestId = String(incoming.headers['x-request-id']);
  const records = await observed.chain.auditRecords((record) => record.requestId === requestId);
  expect(records).toMatchObject([{ outcome: 'aborted', code: 'CALLER_GONE', status: '200' }]);
  // Well before the stream would have ended by itself or by its time limit.
  expect(records[0]?.durationInMs).toBeLessThan(TIMEOUT_IN_MS);
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([{ ended: 'dropped' }]);
});
