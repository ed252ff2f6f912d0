import type { Fault } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { expectAllOnRecordWithoutTokens, expectFailure, type Failure } from './expect-failure.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const CALL_TIMEOUT_IN_MS = 1500;
/** The time limit, and time for everything else on a busy machine. */
const BOUND_IN_MS = CALL_TIMEOUT_IN_MS + 8000;
const LEAKY = 'Refused: Bearer ya29.c2VjcmV0LXRva2VuLW9mLXRoZS1nYXRld2F5';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
  await observed.chain.restartFunctionApp({ CALL_TIMEOUT_IN_MS: String(CALL_TIMEOUT_IN_MS) });
  // The first call makes the clients.
  await Promise.all(OPERATIONS.map(([, call]) => call()));
});

afterAll(() => observed.stop());

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

function predict(): Promise<Answer> {
  return observed.call({
    application: 'scoring-app',
    path: PREDICT_PATH,
    body: JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] }),
  });
}

function callModel(verb: Parameters<typeof modelPath>[0]): Promise<Answer> {
  return observed.call({
    application: 'assistants-app',
    path: modelPath(verb),
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }),
  });
}

/** The ways to Vertex AI: over gRPC, over REST, as a stream of either framing. */
const OPERATIONS: readonly [name: string, call: () => Promise<Answer>][] = [
  ['predict over gRPC', predict],
  ['generateContent', () => callModel('generateContent')],
  ['a stream of events', () => callModel('streamGenerateContent?alt=sse')],
  ['a stream of an array', () => callModel('streamGenerateContent')],
];

const REST_OPERATIONS = OPERATIONS.slice(1);

/** One call, which meets this fault and ends in bounded time with this failure. */
async function expectVertexFailure(
  call: () => Promise<Answer>,
  fault: Fault,
  failure: Failure,
): Promise<void> {
  await observed.chain.inject('vertex-ai', fault);
  const startedAt = performance.now();
  const answer = await call();

  expect(performance.now() - startedAt).toBeLessThan(BOUND_IN_MS);
  expectFailure(observed, answer, failure, { decision: 'allow' });
}

/** Google's form of an error: https://cloud.google.com/apis/design/errors#http_mapping */
function googleError(code: number, status: string, details: readonly object[] = []): Fault {
  return { status: code, body: { error: { code, message: LEAKY, status, details } } };
}

const UNAVAILABLE: Failure = {
  status: 503,
  code: 'VERTEX_UNAVAILABLE',
  canonical: 'UNAVAILABLE',
  message: 'Vertex AI cannot be reached or is overloaded.',
};

test.each(OPERATIONS)('a used up quota is 429 and says when to come back: %s', async (_, call) => {
  const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '6.2s' };
  await expectVertexFailure(call, googleError(429, 'RESOURCE_EXHAUSTED', [retryInfo]), {
    status: 429,
    code: 'VERTEX_RATE_LIMITED',
    canonical: 'RESOURCE_EXHAUSTED',
    message: 'The quota of the gateway’s project on Vertex AI is used up',
    retryAfterInMs: 6200,
  });
});

test.each(OPERATIONS)('an overload is 503: %s', async (_, call) => {
  await expectVertexFailure(call, googleError(503, 'UNAVAILABLE'), UNAVAILABLE);
});

test.each(OPERATIONS)('a refusal of the gateway itself is not the caller’s 403: %s', async (_, call) => {
  await expectVertexFailure(call, googleError(403, 'PERMISSION_DENIED'), {
    status: 502,
    code: 'VERTEX_PERMISSION_DENIED',
    canonical: 'UNAVAILABLE',
    message: 'Vertex AI refused the gateway’s own identity.',
    retryable: false,
  });
});

test.each(OPERATIONS)('an internal error of Vertex AI is 502: %s', async (_, call) => {
  await expectVertexFailure(call, googleError(500, 'INTERNAL'), {
    status: 502,
    code: 'VERTEX_FAILED',
    canonical: 'INTERNAL',
    message: 'Vertex AI failed on its own side.',
  });
});

test.each(OPERATIONS)(
  'a lack of Vertex AI is 400 in its own words, so that no client repeats the call: %s',
  async (_, call) => {
    await expectVertexFailure(
      call,
      { status: 501, body: { error: { code: 501, message: 'No such feature.', status: 'UNIMPLEMENTED' } } },
      {
        status: 400,
        code: 'VERTEX_UNIMPLEMENTED',
        canonical: 'UNIMPLEMENTED',
        message: 'No such feature.',
        retryable: false,
      },
    );
  },
);

test.each(REST_OPERATIONS)(
  'what a proxy or a container blames on the request is the caller’s: %s',
  async (_, call) => {
    await expectVertexFailure(
      call,
      { status: 422, body: '<html>' },
      {
        status: 400,
        code: 'VERTEX_INVALID_ARGUMENT',
        canonical: 'INVALID_ARGUMENT',
        message: 'Vertex AI refused the request as invalid.',
        retryable: false,
      },
    );
    await expectVertexFailure(
      call,
      { status: 413, body: '<html>' },
      {
        status: 413,
        code: 'VERTEX_PAYLOAD_TOO_LARGE',
        canonical: 'INVALID_ARGUMENT',
        message: 'The body is larger than Vertex AI accepts.',
        retryable: false,
      },
    );
  },
);

test.each(REST_OPERATIONS)('a success with an error in it is none: %s', async (_, call) => {
  const { body } = googleError(429, 'RESOURCE_EXHAUSTED');
  await expectVertexFailure(
    call,
    { status: 200, body: [body] },
    {
      status: 429,
      code: 'VERTEX_RATE_LIMITED',
      canonical: 'RESOURCE_EXHAUSTED',
      message: 'The quota of the gateway’s project on Vertex AI is used up',
    },
  );
});

test.each(REST_OPERATIONS)('a success without an answer is none: %s', async (name, call) => {
  const failure =
    name === 'a stream of an array'
      ? { code: 'VERTEX_STREAM_BROKEN', canonical: 'UNAVAILABLE' }
      : { code: 'VERTEX_FAILED', canonical: 'INTERNAL' };
  for (const body of ['', '<html>'])
    await expectVertexFailure(
      call,
      { status: 200, body },
      { status: 502, message: /^Vertex AI(’s answer is not a JSON object| ended the stream)/, ...failure },
    );
});

test.each(OPERATIONS)('a hang is 504 within the time limit: %s', async (_, call) => {
  await expectVertexFailure(
    call,
    { hang: true },
    {
      status: 504,
      code: 'VERTEX_TIMEOUT',
      canonical: 'DEADLINE_EXCEEDED',
      message: 'Vertex AI did not answer completely within 1.5 s',
    },
  );
});

test.each(OPERATIONS)('a connection that breaks before the first byte is 503: %s', async (_, call) => {
  await expectVertexFailure(call, { reset: true }, UNAVAILABLE);
});

test.each(OPERATIONS)('the call after a broken connection is answered: %s', async (_, call) => {
  const answer = await call();

  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('each call has one audit record, and no token has got anywhere', () =>
  expectAllOnRecordWithoutTokens(observed));
