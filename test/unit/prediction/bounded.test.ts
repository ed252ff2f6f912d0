import fc from 'fast-check';
import type { GatewayErrorCode } from '../../../src/errors/codes.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { UnverifiedCall } from '../../../src/prediction/audit-trail.ts';
import { MemoryBudget } from '../../../src/prediction/served-call.ts';
import type { StreamedAnswer } from '../../../src/prediction/answer.ts';
import {
  CALLER,
  type Changes,
  oneCall,
  type OneCall,
  PREDICTION,
  stream,
  STREAMED,
  TIMEOUT_IN_MS,
  TOKEN,
  WHOLE,
} from './one-call.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const hang = () => new Promise<never>(() => undefined);

/** A stream that gives these parts and then hangs, whatever signal is aborted. */
function stalled(parts: readonly string[]): StreamedAnswer {
  async function* read(): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield Buffer.from(part);
    await hang();
  }
  return { ...stream([]), parts: read() };
}

const LEGS: [leg: string, changes: Changes, code: GatewayErrorCode][] = [
  ['reading the body', { call: { readBody: hang } }, 'CALL_TIMEOUT'],
  ['getting credentials', { accessTokens: { accessToken: hang } }, 'CALL_TIMEOUT'],
  ['waiting for Vertex AI', { vertex: { predict: hang } }, 'VERTEX_TIMEOUT'],
  [
    'waiting for the first part',
    { readPrediction: () => STREAMED, vertex: { predict: () => Promise.resolve(stalled([])) } },
    'VERTEX_TIMEOUT',
  ],
];

/** Runs the call for its full time, and says whether it ended before that. */
async function runOut(call: OneCall): Promise<{ endedEarly: boolean }> {
  const running = call.run();
  await jest.advanceTimersByTimeAsync(TIMEOUT_IN_MS - 1);
  const endedEarly = call.records.length > 0;
  await jest.advanceTimersByTimeAsync(1);
  await running;
  expect(jest.getTimerCount()).toBe(0);
  return { endedEarly };
}

test.each(LEGS)('a call that hangs while %s ends at its deadline', async (_, changes, code) => {
  const call = oneCall(changes);
  expect(await runOut(call)).toEqual({ endedEarly: false });
  expect(call.reply).toMatchObject({ status: 504, answers: 1, ends: 1 });
  expect(JSON.parse(call.reply.body)).toMatchObject({
    code,
    message: expect.stringContaining('within 1 s, the maximum duration of a call') as string,
  });
  expect(call.records).toMatchObject([{ outcome: 'failed', status: 504, code }]);
});

test('a call that hangs while its caller is verified ends at its deadline, counted', async () => {
  const counted: UnverifiedCall[] = [];
  const call = oneCall({
    callers: { identify: hang },
    trail: { countUnverified: (one) => counted.push(one) },
  });
  await runOut(call);
  expect(call.reply).toMatchObject({ status: 504, answers: 1, ends: 1 });
  expect([counted.map(({ code }) => code), call.records]).toEqual([['CALL_TIMEOUT'], []]);
});

test('a stream that stalls ends at its deadline with an error in its framing', async () => {
  const call = oneCall({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stalled(['data: 1\n\n'])) },
  });
  await runOut(call);
  expect(call.reply).toMatchObject({ status: 200, body: 'data: 1\n\n<VERTEX_TIMEOUT gemini sse>', ends: 1 });
  expect(call.records).toMatchObject([{ outcome: 'interrupted', status: 200, code: 'VERTEX_TIMEOUT' }]);
});

test('a caller that takes no part holds a stream no longer than its deadline', async () => {
  const call = oneCall({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n'])) },
  });
  call.reply.take = hang;
  await runOut(call);
  expect(call.reply.ends).toBe(1);
  expect(call.records).toMatchObject([{ outcome: 'interrupted', code: 'VERTEX_TIMEOUT' }]);
});

test('a whole answer may be taken as slowly as a stream', async () => {
  const call = oneCall({ streamTimeoutInMs: 5 * TIMEOUT_IN_MS });
  const send = call.reply.send.bind(call.reply);
  call.reply.send = (...answer) => void setTimeout(() => send(...answer), 4 * TIMEOUT_IN_MS);
  const running = call.run();
  await jest.advanceTimersByTimeAsync(4 * TIMEOUT_IN_MS);
  await running;
  expect(call.reply).toMatchObject({ status: 200, body: '{"predictions":[1]}' });
  expect(call.records).toMatchObject([{ outcome: 'answered', status: 200 }]);
});

test.each(LEGS)('a caller that goes away while %s is on record as aborted', async (_, changes) => {
  const call = oneCall(changes);
  const running = call.run();
  await jest.advanceTimersByTimeAsync(10);
  call.reply.leave();
  await running;
  expect(call.reply).toMatchObject({ status: 499, answers: 1 });
  expect(call.records).toMatchObject([{ outcome: 'aborted', status: 499, code: 'CALLER_GONE' }]);
  expect(jest.getTimerCount()).toBe(0);
});

test('a caller that goes away in a stream is on record as aborted, and gets no error event', async () => {
  const call = oneCall({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stalled(['data: 1\n\n'])) },
  });
  const running = call.run();
  await jest.advanceTimersByTimeAsync(10);
  call.reply.leave();
  await running;
  expect(call.reply).toMatchObject({ body: 'data: 1\n\n', ends: 1 });
  expect(call.records).toMatchObject([{ outcome: 'aborted', status: 200, code: 'CALLER_GONE' }]);
});

test('a caller that goes away during one leg reaches no later one', async () => {
  let isTokenAsked = false;
  const call = oneCall({
    accessTokens: {
      accessToken: () => {
        isTokenAsked = true;
        return Promise.resolve(TOKEN);
      },
    },
    call: {
      readBody: () => {
        call.reply.leave();
        return Promise.resolve(Buffer.from('late'));
      },
    },
  });
  await call.run();
  expect(isTokenAsked).toBe(false);
  expect(call.records).toMatchObject([{ outcome: 'aborted' }]);
});

test('Vertex AI is told to stop at the deadline and when the caller goes away', async () => {
  for (const leaves of [false, true]) {
    let signal: AbortSignal | undefined;
    const call = oneCall({
      vertex: {
        predict: (_, __, ___, { abortSignal }) => {
          signal = abortSignal;
          return hang();
        },
      },
    });
    const running = call.run();
    await jest.advanceTimersByTimeAsync(leaves ? 1 : TIMEOUT_IN_MS);
    if (leaves) call.reply.leave();
    await running;
    expect(signal?.aborted).toBe(true);
    expect((signal?.reason as GatewayError).code).toBe(leaves ? 'CALLER_GONE' : 'VERTEX_TIMEOUT');
  }
});

test('a call that is answered leaves no timer and aborts nothing afterwards', async () => {
  let signal: AbortSignal | undefined;
  const call = oneCall({
    vertex: {
      predict: (_, __, ___, { abortSignal }) => {
        signal = abortSignal;
        return Promise.resolve(WHOLE);
      },
    },
  });
  await call.run();
  expect(jest.getTimerCount()).toBe(0);
  await jest.advanceTimersByTimeAsync(TIMEOUT_IN_MS);
  expect(signal?.aborted).toBe(false);
});

test('a leg that fails after the deadline is not heard of', async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const call = oneCall({ vertex: { predict: () => promise } });
  await runOut(call);
  reject(new Error('unhandled, were it not caught'));
  await jest.advanceTimersByTimeAsync(1);
  expect(call.records).toHaveLength(1);
});

type Behaviour = 'works' | 'refuses' | 'breaks' | 'throws' | 'hangs';
const behaviour = fc.constantFrom<Behaviour[]>(
  'works',
  'works',
  'works',
  'refuses',
  'breaks',
  'throws',
  'hangs',
);

function behave<Result>(how: Behaviour, result: Result, code: GatewayErrorCode): () => Promise<Result> {
  switch (how) {
    case 'works':
      return () => Promise.resolve(result);
    case 'refuses':
      return () => Promise.reject(new GatewayError(code, 'Refused.'));
    case 'breaks':
      return () => Promise.reject(new Error(TOKEN));
    case 'throws':
      return () => {
        throw new Error(TOKEN);
      };
    case 'hangs':
      return hang;
  }
}

test('whatever happens to a call, it ends, is answered once and leaves exactly one record', async () => {
  const anyStream = fc
    .array(
      fc.constantFrom(
        'data: 1\n\n',
        'data: 2\n\n',
        new Error(TOKEN),
        new GatewayError('VERTEX_STREAM_BROKEN', 'x'),
      ),
    )
    .map((parts) => () => stream(parts));
  const anyAnswer = fc.oneof(
    fc.constant(() => WHOLE),
    anyStream,
    fc.subarray(['data: 1\n\n']).map((parts) => () => stalled(parts)),
  );
  const scenario = fc.record({
    identify: behaviour,
    readBody: behaviour,
    read: fc.constantFrom<Behaviour>('works', 'works', 'refuses', 'throws'),
    roles: fc.constantFrom(['Team'], ['Team'], []),
    accessToken: behaviour,
    predict: behaviour,
    answer: anyAnswer,
    take: fc.array(fc.constantFrom<'true' | 'false' | 'hangs'>('true', 'true', 'false', 'hangs')),
    leavesAfterInMs: fc.option(fc.integer({ min: 0, max: 2 * TIMEOUT_IN_MS })),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async (how) => {
      const answer = how.answer();
      let unverified = 0;
      const memory = new MemoryBudget(1_000);
      const read = behave(how.readBody, Buffer.from('{}'), 'PAYLOAD_TOO_LARGE');
      const call = oneCall({
        trail: { countUnverified: () => void (unverified += 1) },
        memory,
        callers: {
          identify: behave(how.identify, { ...CALLER, roles: how.roles }, 'CALLER_NOT_AUTHENTICATED'),
        },
        call: {
          readBody: ({ held }) => {
            held.resize(2);
            return read();
          },
        },
        readPrediction: () => {
          if (how.read !== 'works')
            throw how.read === 'refuses' ? new GatewayError('INVALID_JSON', 'Bad.') : new Error(TOKEN);
          return answer.kind === 'stream' ? STREAMED : PREDICTION;
        },
        accessTokens: { accessToken: behave(how.accessToken, TOKEN, 'TOKEN_EXCHANGE_UNAVAILABLE') },
        vertex: {
          predict: (...[, , , { held }]) => {
            held.resize(20);
            return behave(how.predict, answer, 'VERTEX_UNAVAILABLE')();
          },
        },
      });
      const takes = [...how.take];
      call.reply.take = () => {
        const next = takes.shift() ?? 'true';
        return next === 'hangs' ? hang() : Promise.resolve(next === 'true');
      };
      const { leavesAfterInMs } = how;
      if (leavesAfterInMs !== null) setTimeout(() => call.reply.leave(), leavesAfterInMs);
      let isOver = false;
      void call.run().then(() => (isOver = true));
      await jest.advanceTimersByTimeAsync(3 * TIMEOUT_IN_MS);
      expect(isOver).toBe(true);
      expect(call.records.length + unverified).toBe(1);
      expect(call.reply).toMatchObject({ answers: 1, ends: 1 });
      expect(call.reply.body).not.toContain(TOKEN);
      expect(jest.getTimerCount()).toBe(0);
      expect(memory.bytes).toBe(0);
      const [record] = call.records;
      // An unverified call has no record here: it is counted, and the edge records it.
      if (!record) return;
      expect(record.status).toBe(call.reply.status);
      expect(record.outcome === 'answered').toBe(record.code === undefined);
      expect(record.decision === 'allow').toBe(record.rule === 'team-iris');
    }),
    { numRuns: 300 },
  );
});
