import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { Framing, StreamedAnswer } from '../../../src/prediction/answer.ts';
import type { Prediction } from '../../../src/prediction/prediction.ts';
import { CALLER, type Changes, FACTS, oneCall, type OneCall, PREDICTION, stream, WHOLE } from './one-call.ts';
import { jsonOf } from '../json-of.ts';

const INTERVAL_IN_MS = 100;
/** The head of the next event, which fills the silence before it, and is followed by spaces. */
const HEAD = 'data: ';
const FAILURE = new GatewayError('VERTEX_UNAVAILABLE', 'Try again shortly.');

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
});
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

const pass = (inMs: number) => jest.advanceTimersByTimeAsync(inMs);

function streamed(framing: Framing): Prediction {
  return {
    ...PREDICTION,
    payload: {
      kind: 'bytes',
      format: 'gemini',
      framing,
      checked: { instances: jsonOf(['payload-secret']) },
      request: () => ({ method: 'POST', path: '/' }),
    },
  };
}

/** A call for a stream whose silence is filled after each 100 ms. A call may last 1 s, a stream 3 s. */
function call(
  vertex: () => Promise<StreamedAnswer | typeof WHOLE>,
  changes: Changes = {},
  framing: Framing = 'sse',
): OneCall {
  return oneCall({
    readPrediction: () => streamed(framing),
    vertex: { predict: vertex },
    keepAliveIntervalInMs: INTERVAL_IN_MS,
    streamTimeoutInMs: 3000,
    monotonicNow: Date.now,
    ...changes,
  });
}

/** Makes a stream whose parts, end and failure the test gives one by one. */
function handFed(framing: Framing = 'sse') {
  const waiting: ((result: IteratorResult<Uint8Array>) => void)[] = [];
  let fail: (error: Error) => void = () => undefined;
  const parts: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        new Promise((resolve, reject) => {
          waiting.push(resolve);
          fail = reject;
        }),
    }),
  };
  return {
    answer: { ...stream([], framing), parts },
    give: (part: string) => waiting.shift()?.({ done: false, value: Buffer.from(part) }),
    end: () => waiting.shift()?.({ done: true, value: undefined }),
    fail: (error: Error) => fail(error),
  };
}

test('a stream that takes long to begin is begun with the head of its first event', async () => {
  const { answer, give, end } = handFed();
  const { promise, resolve } = Promise.withResolvers<StreamedAnswer>();
  const { run, reply, records } = call(() => promise);
  const running = run();
  await pass(INTERVAL_IN_MS - 1);
  expect(reply.answers).toBe(0);
  await pass(1);
  expect(reply).toMatchObject({ status: 200, body: HEAD });
  expect(reply.headers['content-type']).toBe('text/event-stream');
  resolve(answer);
  await pass(1);
  give('data: 1\n\n');
  await pass(1);
  end();
  await running;
  expect(reply).toMatchObject({ body: 'data: 1\n\n', answers: 1, ends: 1 });
  expect(records).toMatchObject([{ outcome: 'answered', status: 200, responseBytes: 9, facts: FACTS }]);
});

test('the silence between parts is filled, and no more than that', async () => {
  const { answer, give, end } = handFed();
  const { run, reply, records } = call(() => Promise.resolve(answer));
  const running = run();
  for (let part = 1; part <= 5; part += 1) {
    await pass(INTERVAL_IN_MS / 2);
    give(`data: ${part}\n\n`);
  }
  await pass(1);
  expect(reply.body).toBe('data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\ndata: 5\n\n');
  await pass(5 * INTERVAL_IN_MS);
  const [, spaces = ''] = /5\n\ndata: ( *)$/.exec(reply.body) ?? [];
  expect(spaces.length).toBeGreaterThanOrEqual(3);
  expect(spaces.length).toBeLessThanOrEqual(9);
  give('data: 6\r\n\r\n');
  await pass(3 * INTERVAL_IN_MS);
  expect(reply.body).toMatch(/5\n\ndata: +6\r\n\r\ndata: +$/);
  end();
  await running;
  // The event that was begun is ended without members.
  expect(reply.body).toMatch(/6\r\n\r\ndata: +\{\}\r\n\r\n$/);
  expect(records).toMatchObject([{ outcome: 'answered', responseBytes: 6 * 9 + 2 }]);
});

test('an event that does not begin as expected follows one without members', async () => {
  const { answer, give, end } = handFed();
  const { run, reply } = call(() => Promise.resolve(answer));
  const running = run();
  await pass(INTERVAL_IN_MS);
  give('event: other\ndata: 1\n\n');
  await pass(1);
  end();
  await running;
  expect(reply.body).toBe('data: {}\n\nevent: other\ndata: 1\n\n');
});

test('nothing follows a part that says why the model finished', async () => {
  const { answer, give, end } = handFed();
  const facts = () => ({ ...FACTS, finishReason: 'STOP' });
  const { run, reply } = call(() => Promise.resolve({ ...answer, facts }));
  const running = run();
  await pass(1);
  give('data: 1\n\n');
  await pass(5 * INTERVAL_IN_MS);
  end();
  await running;
  expect(reply.body).toBe('data: 1\n\n');
});

test('a stream that comes in another form than the one begun is told as a failure', async () => {
  const { answer } = handFed('sse');
  const { promise, resolve } = Promise.withResolvers<StreamedAnswer>();
  const { run, reply, records } = call(() => promise, {}, 'json-array');
  const running = run();
  await pass(INTERVAL_IN_MS);
  resolve(answer);
  await running;
  expect(reply.body).toBe('[<VERTEX_FAILED gemini json-array first>');
  expect(records).toMatchObject([{ outcome: 'interrupted', code: 'VERTEX_FAILED' }]);
});

test('the silence of an array is filled with its bracket and space that JSON allows', async () => {
  const { answer, give, end } = handFed('json-array');
  const { run, reply } = call(() => Promise.resolve(answer), {}, 'json-array');
  const running = run();
  await pass(INTERVAL_IN_MS);
  give('[{"a":1}');
  await pass(2 * INTERVAL_IN_MS);
  give(',{"b":2}]');
  await pass(1);
  end();
  await running;
  expect(reply.headers['content-type']).toMatch(/^application\/json/);
  expect(reply.body).toMatch(/^\[\{"a":1\}\n+,\{"b":2\}\]$/);
  expect(JSON.parse(reply.body)).toEqual([{ a: 1 }, { b: 2 }]);
});

test('raw bytes and whole answers stay as they are', async () => {
  const { answer, end } = handFed('raw');
  const raw = call(() => Promise.resolve(answer), {}, 'raw');
  const running = raw.run();
  await pass(3 * INTERVAL_IN_MS);
  expect(raw.reply.answers).toBe(0);
  end();
  await running;
  const { promise, resolve } = Promise.withResolvers<typeof WHOLE>();
  const whole = call(() => promise, { readPrediction: () => PREDICTION });
  const waiting = whole.run();
  await pass(3 * INTERVAL_IN_MS);
  resolve(WHOLE);
  await waiting;
  expect(whole.reply.body).toBe('{"predictions":[1]}');
});

test.each<[Framing, string]>([
  ['sse', 'data: {}\n\n<VERTEX_UNAVAILABLE gemini sse first>'],
  ['json-array', '[<VERTEX_UNAVAILABLE gemini json-array first>'],
])('a failure after a silence is told in the stream of %s, as its first part', async (framing, body) => {
  const { promise, reject } = Promise.withResolvers<StreamedAnswer>();
  const { run, reply, records } = call(() => promise, {}, framing);
  const running = run();
  await pass(INTERVAL_IN_MS);
  reject(FAILURE);
  await running;
  expect(reply).toMatchObject({ status: 200, body, answers: 1, ends: 1 });
  expect(records).toMatchObject([{ outcome: 'interrupted', status: 200, code: 'VERTEX_UNAVAILABLE' }]);
});

test('a failure before anything is sent is an error of its own', async () => {
  const { promise, reject } = Promise.withResolvers<StreamedAnswer>();
  const { run, reply, records } = call(() => promise);
  const running = run();
  await pass(INTERVAL_IN_MS - 1);
  reject(FAILURE);
  await running;
  expect(reply).toMatchObject({ status: 503, answers: 1 });
  expect(records).toMatchObject([{ outcome: 'failed', status: 503 }]);
});

test('a whole answer after a filled silence can only be told as a failure', async () => {
  const { promise, resolve } = Promise.withResolvers<typeof WHOLE>();
  const { run, reply, records } = call(() => promise);
  const running = run();
  await pass(INTERVAL_IN_MS);
  resolve(WHOLE);
  await running;
  expect(reply.body).toBe('data: {}\n\n<VERTEX_FAILED gemini sse first>');
  expect(records).toMatchObject([{ outcome: 'interrupted', code: 'VERTEX_FAILED' }]);
});

test('a filled silence keeps a stream alive beyond the limit of a call, up to that of a stream', async () => {
  const { run, reply, records } = call(() => new Promise(() => undefined));
  const running = run();
  await pass(2999);
  expect(records).toEqual([]);
  await pass(1);
  await running;
  expect(reply.body).toMatch(/^data: +\{\}\n\n<VERTEX_TIMEOUT gemini sse first>$/);
  expect(records).toMatchObject([{ outcome: 'interrupted', code: 'VERTEX_TIMEOUT', durationInMs: 3000 }]);
});

test.each([
  ['x-server-timeout', '2', 2000, 'CALLER_TIMEOUT'],
  ['x-stainless-timeout', '0', 3000, 'VERTEX_TIMEOUT'],
])('with %s: %s a stream that has begun ends after %i ms: %s', async (name, value, endInMs, code) => {
  const header = (asked: string) => (asked === name ? value : null);
  const { run, reply, records } = call(() => new Promise(() => undefined), { call: { header } });
  const running = run();
  await pass(endInMs - 1);
  expect(reply.ends).toBe(0);
  await pass(1);
  await running;
  expect(records).toMatchObject([{ outcome: 'interrupted', code, durationInMs: endInMs }]);
});

test.each([
  ['x-server-timeout', '0.5', 500],
  ['x-stainless-timeout', '0.5', 500],
])('with %s: %s a whole answer is waited for %s ms', async (name, value, endInMs) => {
  const header = (asked: string) => (asked === name ? value : null);
  const changes = { call: { header }, readPrediction: () => PREDICTION };
  const { run, reply, records } = call(() => new Promise(() => undefined), changes);
  const running = run();
  await pass(endInMs);
  await running;
  expect(reply.status).toBe(504);
  expect(records).toMatchObject([{ outcome: 'failed', code: 'CALLER_TIMEOUT', durationInMs: endInMs }]);
});

test.each(['x-server-timeout', 'x-stainless-timeout'])(
  'a malformed %s is refused, on record',
  async (name) => {
    const header = (asked: string) => (asked === name ? 'soon' : null);
    const { run, reply, records } = call(() => Promise.reject(FAILURE), { call: { header } });
    await run();
    expect(reply).toMatchObject({ status: 400, answers: 1 });
    expect(records).toMatchObject([{ outcome: 'denied', code: 'INVALID_REQUEST', caller: CALLER }]);
  },
);

test('a client that takes nothing is sent nothing on top', async () => {
  const { answer, give } = handFed();
  const { run, reply } = call(() => Promise.resolve(answer));
  reply.take = () => new Promise(() => undefined);
  const running = run();
  await pass(1);
  give('data: 1\n\n');
  await pass(10 * INTERVAL_IN_MS);
  expect(reply.body).toBe('data: 1\n\n');
  await pass(2000);
  await running;
});

test('a caller that goes away during a filled silence is on record as aborted', async () => {
  const { run, reply, records } = call(() => new Promise(() => undefined));
  const running = run();
  await pass(2 * INTERVAL_IN_MS);
  reply.leave();
  await running;
  expect(reply.body.trimEnd()).toBe('data:');
  expect(records).toMatchObject([{ outcome: 'aborted', code: 'CALLER_GONE' }]);
});
