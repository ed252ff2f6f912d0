import { gzipSync } from 'node:zlib';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { generate } from './sample-calls.ts';
import type { Answer } from './send-bytes.ts';

const CONTAINER = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/3456789012:rawPredict';
/** The header that Vertex AI adds to what a custom container answers. */
const OF_CONTAINER = { 'x-vertex-ai-endpoint-id': '3456789012', 'content-type': 'application/json' };

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

afterAll(() => observed.stop());

/** Calls a container that answers so. */
async function answerOf(fault: object): Promise<Answer> {
  await observed.chain.control('vertex-ai', 'POST', 'faults', fault);
  return observed.call({ application: 'scoring-app', path: CONTAINER, body: '{"inputs":[1]}' });
}

test.each([
  [400, { error: 'Prediction failed: shape' }, 'Prediction failed: shape'],
  [422, { detail: 'length must be 4' }, 'length must be 4'],
  [422, { message: 'no\u0007bell' }, 'no bell'],
  [415, 'plain text', 'Vertex AI refused the request as invalid.'],
])('a container’s own %i comes back as such, with what it says is wrong', async (status, body, message) => {
  const answer = await answerOf({ status, body, headers: OF_CONTAINER });
  const { error } = JSON.parse(answer.text) as { error: { code: number; message: string } };
  expect([answer.status, error.code, error.message]).toEqual([status, status, message]);
  observed.whenRecorded(answer, {
    outcome: 'failed',
    code: 'VERTEX_INVALID_ARGUMENT',
    status: String(status),
  });
});

test.each([
  [422, { detail: 'length must be 4' }, 422, 'length must be 4'],
  [409, { error: 'Prediction failed: busy' }, 409, 'Prediction failed: busy'],
  [418, { error: { message: 'teapot', code: null } }, 418, 'teapot'],
  [412, { error: { code: 412, message: 'quota', status: 'FAILED_PRECONDITION' } }, 400, 'quota'],
  [403, { detail: 'no' }, 502, 'Vertex AI refused the gateway’s own identity.'],
])('a raw %i that does not say whose it is, %j, comes back as %i', async (given, body, status, message) => {
  const answer = await answerOf({ status: given, body, headers: { 'content-type': 'application/json' } });
  const { error } = JSON.parse(answer.text) as { error: { code: number; message: string } };
  expect([answer.status, error.code, error.message]).toEqual([
    status,
    status,
    expect.stringContaining(message) as string,
  ]);
  observed.whenRecorded(answer, { outcome: 'failed', status: String(status) });
});

test.each([OF_CONTAINER, { 'content-type': 'application/json' }])(
  'a container’s own 201 stays 201, and its 204 has no body, with %j',
  async (headers) => {
    const answer = await answerOf({ status: 201, body: { made: true }, headers });
    expect([answer.status, answer.text]).toEqual([201, '{"made":true}']);
    observed.whenRecorded(answer, { outcome: 'answered', status: '201' });
    const empty = await answerOf({ status: 204, headers });
    expect([empty.status, empty.text]).toEqual([204, '']);
    observed.whenRecorded(empty, { outcome: 'answered', status: '204' });
  },
);

test.each([OF_CONTAINER, {}])(
  'headers that describe the bytes of an answer with %j come with them',
  async (headers) => {
    const answer = await answerOf({
      status: 200,
      body: 'a,b\n',
      headers: {
        ...headers,
        'content-type': 'text/csv',
        'content-disposition': 'attachment; filename="a.csv"',
        'content-language': 'de',
        'set-cookie': 'a=b',
      },
    });
    expect([answer.status, answer.text]).toEqual([200, 'a,b\n']);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv',
      'content-disposition': 'attachment; filename="a.csv"',
      'content-language': 'de',
    });
    expect(answer.headers).not.toHaveProperty('set-cookie');
    observed.whenRecorded(answer, { outcome: 'answered' });
  },
);

test.each([
  [429, { 'retry-after': '7' }, '7'],
  [503, { 'retry-after': 'Mon, 01 Jan 2035 00:00:30 GMT', date: 'Mon, 01 Jan 2035 00:00:00 GMT' }, '30'],
  [429, { 'retry-after': '99999999' }, undefined],
  [503, { 'retry-after': 'soon' }, undefined],
])('the Retry-After of Google’s %i %j is told as %s', async (status, headers, expected) => {
  await observed.chain.control('vertex-ai', 'POST', 'faults', { status, body: {}, headers });
  const answer = await generate(observed);
  expect([answer.status, answer.headers['retry-after']]).toEqual([status, expected]);
  observed.whenRecorded(answer, { outcome: 'failed' });
});

test('an error in a stream that is no event keeps its meaning, and its text does not pass', async () => {
  const error = {
    error: {
      code: 429,
      message: 'quota of walruses',
      status: 'RESOURCE_EXHAUSTED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '9s' }],
    },
  };
  const event = 'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n';
  for (const text of [JSON.stringify(error), JSON.stringify(error, undefined, 2), JSON.stringify([error])]) {
    await observed.chain.control('vertex-ai', 'POST', 'faults', {
      status: 200,
      body: `${event}${text}\n`,
      headers: { 'content-type': 'text/event-stream' },
    });
    const answer = await generate(observed, { path: modelPath('streamGenerateContent?alt=sse') });
    expect(answer.text.startsWith(event)).toBe(true);
    const [, told = ''] = /\ndata: (\{"error".*\})\n/.exec(answer.text) ?? [];
    expect(JSON.parse(told)).toMatchObject({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } });
    expect(answer.text).not.toContain('walruses');
    observed.whenRecorded(answer, { outcome: 'interrupted', code: 'VERTEX_RATE_LIMITED' });
  }
});

test('labels of a prediction are dropped, as older clients send them empty', async () => {
  for (const labels of ['{}', '{"team":"walrus"}', 'null']) {
    const answer = await observed.call({
      application: 'scoring-app',
      path: CONTAINER.replace('3456789012:rawPredict', '1234567890:predict'),
      body: `{"instances":[[5.1,3.5,1.4,0.2]],"labels":${labels}}`,
    });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('predictions')]);
    observed.whenRecorded(answer, { outcome: 'answered', operation: 'predict' });
  }
});

test.each([OF_CONTAINER, { 'content-type': 'application/json' }])(
  'bytes that are compressed arrive with the header that says so, with %j',
  async (headers) => {
    const body = gzipSync('{"a":1}').toString('latin1');
    const answer = await answerOf({ status: 200, body, headers: { ...headers, 'content-encoding': 'gzip' } });
    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, 'gzip']);
    observed.whenRecorded(answer, { outcome: 'answered' });
  },
);

test('a stream that is compressed has the header that says so', async () => {
  const path =
    '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/6789012345:streamRawPredict';
  await observed.chain.control('vertex-ai', 'POST', 'faults', {
    path: ':streamRawPredict',
    status: 200,
    body: gzipSync('{"a":1}').toString('latin1'),
    headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
  });
  const answer = await observed.call({ application: 'scoring-app', path, body: '{"instances":[[1,2,3,4]]}' });
  expect([answer.status, answer.headers['content-encoding']]).toEqual([200, 'gzip']);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('every call is on record once', async () => {
  await observed.expectAllOnRecord([]);
});
