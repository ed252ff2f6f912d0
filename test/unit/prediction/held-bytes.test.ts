import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { MemoryBudget } from '../../../src/prediction/served-call.ts';
import { oneCall, PREDICTION, stream, STREAMED, WHOLE } from './one-call.ts';
import { settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';

const BODY = 300_000;

/** A call whose body counts as held while it is read. */
const readBody: NonNullable<Parameters<typeof oneCall>[0]>['call'] = {
  readBody: ({ held }) => {
    held.resize(BODY, BODY);
    return Promise.resolve(Buffer.alloc(BODY, ' '));
  },
};

test('a body is held until Vertex AI answers, an answer until it is taken', async () => {
  const memory = new MemoryBudget(4_000_000);
  const seen: number[] = [];
  const { promise: answered, resolve: answer } = Promise.withResolvers<typeof WHOLE>();
  const call = oneCall({
    memory,
    call: readBody,
    vertex: {
      predict: (...[, , , { held }]) => {
        seen.push(memory.bytes);
        held.resize(7);
        return answered;
      },
    },
  });
  const running = call.run();
  await settled();
  seen.push(memory.bytes);
  answer(WHOLE);
  await running;
  seen.push(memory.bytes);
  expect(seen).toEqual([BODY, BODY + 7, 0]);
  expect(call.records).toHaveLength(1);
});

test('while a stream goes on, its call holds nothing of the body, and nothing keeps it', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const memory = new MemoryBudget(4_000_000);
  const bodies: WeakRef<Buffer>[] = [];
  const { promise: rest, resolve: goOn } = Promise.withResolvers<undefined>();
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('data: 1\n\n');
    await rest;
    yield Buffer.from('data: 2\n\n');
  }
  const call = oneCall({
    memory,
    call: {
      readBody: ({ held }) => {
        held.resize(BODY, BODY);
        const body = Buffer.alloc(BODY, ' ');
        bodies.push(new WeakRef(body));
        return Promise.resolve(body);
      },
    },
    readPrediction: ({ body }) =>
      ({
        ...STREAMED,
        payload: {
          ...PREDICTION.payload,
          ...STREAMED.payload,
          request: () => ({ method: 'POST', path: '/', body }),
        },
      }) as typeof STREAMED,
    vertex: {
      predict: (authorized) => {
        const { payload } = authorized.target;
        if (payload.kind === 'bytes') payload.request(authorized);
        return Promise.resolve({ ...stream([]), parts: parts() });
      },
    },
  });
  const running = call.run();
  await settled();
  expect([call.reply.body, memory.bytes]).toEqual(['data: 1\n\n', 0]);
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(bodies.map((body) => body.deref())).toEqual([undefined]);
  goOn(undefined);
  await running;
  expect(call.records[0]).toMatchObject({ outcome: 'answered', requestBytes: BODY });
});

test('a call for whose body there is no room is told so, with the time to wait, on record', async () => {
  const memory = new MemoryBudget(350_000);
  const call = oneCall({ memory, call: readBody });
  await call.run();
  expect([
    call.reply.status,
    call.reply.headers['retry-after'],
    call.reply.headers['retry-after-ms'],
  ]).toEqual([503, '1', '1000']);
  expect(call.records).toMatchObject([{ outcome: 'failed', code: 'INSTANCE_FULL', status: 503 }]);
  expect(memory.bytes).toBe(0);
});

test('a stream for whose event there is no room ends with the error in its own words', async () => {
  const full = new GatewayError('INSTANCE_FULL', 'There is no room.', { retryAfterInMs: 1000 });
  const call = oneCall({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', full])) },
  });
  await call.run();
  expect(call.reply.body).toBe('data: 1\n\n<INSTANCE_FULL gemini sse>');
  expect(call.records).toMatchObject([{ outcome: 'interrupted', code: 'INSTANCE_FULL', status: 200 }]);
});
