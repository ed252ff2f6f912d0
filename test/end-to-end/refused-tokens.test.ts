import type { Fault } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { expectAllOnRecordWithoutTokens, expectFailure } from './expect-failure.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const SAMPLE = '/vertex/v1/projects/sample-project/locations/us';
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const MESSAGES = [{ role: 'user' as const, content: 'Hello' }];
const HAIKU = 'claude-haiku-4-5';
/** More than the calls of one test make. */
const FOR_LONG = 1000;

/** The answer of Google's APIs to an invalid token: https://cloud.google.com/apis/design/errors */
const REFUSAL: Fault = {
  status: 401,
  body: {
    error: {
      code: 401,
      message: 'Request had invalid authentication credentials.',
      status: 'UNAUTHENTICATED',
    },
  },
};

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
  await predict();
});

afterAll(() => observed.stop());

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));
beforeEach(() => observed.chain.control('google', 'DELETE', 'requests'));
afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));
afterEach(() => observed.chain.control('google', 'DELETE', 'faults'));

function call(path: string, body: object, application = 'assistants-app'): Promise<Answer> {
  return observed.call({ application, path, body: JSON.stringify(body) });
}

function list(path: string): Promise<Answer> {
  return observed.call({ application: 'assistants-app', path, method: 'GET' });
}

function predict(): Promise<Answer> {
  return call(PREDICT_PATH, { instances: [[5.1, 3.5, 1.4, 0.2]] }, 'scoring-app');
}

async function tokensSent(): Promise<unknown[]> {
  const requests = await observed.chain.requests('vertex-ai');
  return requests.map(({ headers }) => headers.authorization);
}

const WAYS: readonly [name: string, make: () => Promise<Answer>][] = [
  ['predict over gRPC', predict],
  ['a whole answer', () => call(modelPath('generateContent'), CONTENTS)],
  ['a stream of events', () => call(modelPath('streamGenerateContent?alt=sse'), CONTENTS)],
  ['a stream of an array', () => call(modelPath('streamGenerateContent'), CONTENTS)],
  ['a list of jobs', () => list(`${SAMPLE}/batchPredictionJobs`)],
  ['a list of caches', () => list(`${SAMPLE}/cachedContents`)],
  [
    'a chat of OpenAI’s surface',
    () => call('/openai/v1/chat/completions', { model: 'gemini-3.5-flash', messages: MESSAGES }),
  ],
  [
    'a stream of Anthropic’s surface',
    () => call('/anthropic/v1/messages', { model: HAIKU, max_tokens: 9, stream: true, messages: MESSAGES }),
  ],
];

test.each(WAYS)(
  'a token that Google refuses is replaced, and the call made once more: %s',
  async (_, make) => {
    await observed.chain.inject('vertex-ai', REFUSAL);
    const answer = await make();
    expect([answer.status, answer.text]).toEqual([200, expect.not.stringContaining('"error"')]);
    const [refused, replacement, ...more] = await tokensSent();
    expect(replacement).not.toBe(refused);
    expect(new Set(more)).toEqual(new Set(more.length > 0 ? [replacement] : []));
    expect(await observed.chain.requests('google')).toHaveLength(1);
    observed.whenRecorded(answer, { outcome: 'answered' });

    await observed.chain.control('vertex-ai', 'DELETE', 'requests');
    expect((await make()).status).toBe(200);
    expect((await tokensSent())[0]).toBe(replacement);
  },
);

test('20 calls whose tokens are refused do not fetch one each', async () => {
  await observed.chain.inject('vertex-ai', { ...REFUSAL, times: 20 });
  await Promise.all(Array.from({ length: 20 }, () => call(modelPath('generateContent'), CONTENTS)));
  // A call that comes late has the new token already, and meets a refusal that was meant for an earlier one.
  expect((await observed.chain.requests('google')).length).toBeLessThanOrEqual(2);
});

test('while Google STS is down, a call whose token is refused is told so, and the others go on', async () => {
  await restart();
  await predict();
  await observed.chain.inject('google', { path: '/v1/token', status: 503, times: FOR_LONG });
  await observed.chain.inject('vertex-ai', REFUSAL);
  const answer = await call(modelPath('generateContent'), CONTENTS);
  expectFailure(observed, answer, {
    status: 503,
    code: 'TOKEN_EXCHANGE_UNAVAILABLE',
    canonical: 'UNAVAILABLE',
    message: 'Google STS cannot be reached',
  });
  expect((await predict()).status).toBe(200);
});

test('who is refused for ever makes no more than one token fetched', async () => {
  await restart();
  await predict();
  await observed.chain.control('google', 'DELETE', 'requests');
  await observed.chain.inject('vertex-ai', { ...REFUSAL, times: FOR_LONG });
  for (const [, make] of WAYS.slice(0, 4)) {
    expectFailure(observed, await make(), {
      status: 502,
      code: 'VERTEX_PERMISSION_DENIED',
      canonical: 'UNAVAILABLE',
      message: 'Vertex AI refused the gateway’s own access token.',
      retryable: false,
    });
  }
  expect(await observed.chain.requests('google')).toHaveLength(1);
});

test('each call has one audit record, and no token has got anywhere', () =>
  expectAllOnRecordWithoutTokens(observed));

/** Restarts the function app, so that it keeps nothing from earlier tests. */
function restart(): Promise<unknown> {
  return observed.chain.restartFunctionApp();
}
