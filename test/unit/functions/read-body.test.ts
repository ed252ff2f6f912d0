import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { BodyLimits } from '../../../src/prediction/call.ts';
import { type BodyPace, type BodyParts, readBody } from '../../../src/functions/read-body.ts';
import { settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { rejectedBy } from '../thrown-by.ts';

const AT_ONCE = { begin: () => ({ next: () => undefined }) };

function limitsOf(maximumBytes: number, limits: Partial<BodyLimits> = {}): BodyLimits {
  const { signal: abortSignal } = new AbortController();
  return { maximumBytes, held: { resize: () => undefined }, abortSignal, ...limits };
}

function partsOf({ body }: Request): BodyParts | undefined {
  return body?.values({ preventCancel: true });
}

/** Makes a request whose body comes in these chunks; `counted.read` is the number of chunks that were read. */
function request(chunks: readonly string[], contentLength?: string, pace: Pick<BodyPace, 'begin'> = AT_ONCE) {
  const counted = { read: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[counted.read];
        if (chunk === undefined) return controller.close();
        counted.read += 1;
        controller.enqueue(Buffer.from(chunk));
      },
    },
    { highWaterMark: 0 },
  );
  const native = new Request('http://127.0.0.1/', { method: 'POST', body: stream, duplex: 'half' });
  const read = (maximumBytes: number, limits: Partial<BodyLimits> = {}): Promise<Uint8Array> =>
    readBody(partsOf(native), contentLength ?? null, limitsOf(maximumBytes, limits), pace);
  return { counted, read };
}

async function text(body: Promise<Uint8Array>): Promise<string> {
  return Buffer.from(await body).toString();
}

test.each([
  ['with a length', '6'],
  ['without a length', undefined],
])('a body %s is read whole up to the bound', async (_, length) => {
  expect(await text(request(['abc', 'def'], length).read(6))).toBe('abcdef');
});

test('a body is read whole however it is cut, and whatever length it declares', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 12 }),
      fc.option(fc.nat({ max: 2_000 }), { nil: undefined }),
      async (chunks, declared) => {
        const read = request(chunks, declared?.toString()).read(2_000);
        expect(await text(read)).toBe(chunks.join(''));
      },
    ),
  );
});

test.each([
  ['nothing', undefined, 12],
  ['its length, and a sixteenth has come', '96', 96],
  ['its length, and less than a sixteenth has come', '97', 12],
  ['less than comes', '5', 12],
  ['exactly what comes', '6', 6],
])('a body in two parts that declares %s reserves memory for it', async (_, declared, reserved) => {
  const body = await request(['abc', 'def'], declared).read(1000);
  expect(Buffer.from(body).toString()).toBe('abcdef');
  expect(body.buffer.byteLength).toBe(reserved);
});

test('the memory of a body grows only when it is full', async () => {
  const body = await request(['abc', 'def', 'ghi', 'jkl']).read(1000);
  expect(Buffer.from(body).toString()).toBe('abcdefghijkl');
  expect(body.buffer.byteLength).toBe(12);
});

test('the bytes of an ended call are given back, even when the rest of its body never comes', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const ended = new AbortController();
  const sent: WeakRef<Uint8Array>[] = [];
  const parts: BodyParts = {
    next: () => {
      if (sent.length > 0) return new Promise(() => undefined);
      const value = new Uint8Array(1_000_000);
      sent.push(new WeakRef(value));
      return Promise.resolve({ done: false, value });
    },
  };
  void readBody(parts, null, limitsOf(2_000_000, { abortSignal: ended.signal }), AT_ONCE);
  await settled();
  collectGarbage();
  expect(sent[0]?.deref()).toBeDefined();
  ended.abort(new GatewayError('CALL_TIMEOUT', 'It took too long.'));
  await settled();
  collectGarbage();
  expect(sent[0]?.deref()).toBeUndefined();
});

test('a length beyond the bound is refused before anything is kept, and the body is taken off the connection', async () => {
  const { counted, read } = request(['abc', 'def', 'g'], '7');
  expect(await rejectedBy(read(6))).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The body is larger than 6 bytes, the most that is accepted.',
  });
  await settled();
  expect(counted.read).toBe(3);
});

test('a body without a length is refused as soon as it passes the bound, and the rest is taken off the connection', async () => {
  const { counted, read } = request(['abc', 'def', 'g', 'never', 'kept']);
  expect((await rejectedBy(read(6))).code).toBe('PAYLOAD_TOO_LARGE');
  await settled();
  expect(counted.read).toBe(5);
});

test('a length that is no number is not trusted', async () => {
  const { read } = request(['abcdefg'], 'many');
  expect((await rejectedBy(read(6))).code).toBe('PAYLOAD_TOO_LARGE');
});

test('a request without a body has an empty one', async () => {
  const native = new Request('http://127.0.0.1/', { method: 'POST' });
  expect(await text(readBody(partsOf(native), null, limitsOf(6)))).toBe('');
  expect(await text(request([], '0').read(6))).toBe('');
});

test.each([
  ['with a length', '6'],
  ['without a length', undefined],
])('a body %s that breaks off is its caller’s leaving, and nothing of ours', async (_, length) => {
  const parts = ['abc'];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.error(new TypeError('terminated'));
      else controller.enqueue(Buffer.from(part));
    },
  });
  const native = new Request('http://127.0.0.1/', { method: 'POST', body, duplex: 'half' });
  expect(await rejectedBy(readBody(partsOf(native), length ?? null, limitsOf(6)))).toMatchObject({
    code: 'CALLER_GONE',
  });
});

test('what has come is counted, not what is said to come', async () => {
  const sizes: [number, number | undefined][] = [];
  const held = { resize: (...size: [number, number?]) => void sizes.push([size[0], size[1]]) };
  await request(['abc', 'd', 'ef'], '6').read(10, { held });
  await request(['abc', 'd']).read(10, { held });
  expect(sizes).toEqual([
    [3, 6],
    [4, 6],
    [6, 6],
    [3, 0],
    [4, 0],
  ]);
});

test('a body for which there is no room is refused, and the rest is taken off the connection', async () => {
  const resize = (bytes: number) => {
    if (bytes > 4) throw new GatewayError('INSTANCE_FULL', 'There is no room.');
  };
  const { counted, read } = request(['abc', 'def', 'ghi', 'jkl'], '12');
  expect((await rejectedBy(read(20, { held: { resize } }))).code).toBe('INSTANCE_FULL');
  await settled();
  expect(counted.read).toBe(4);
});

test('of a body that nobody waits for any more nothing is kept, however long the rest takes', async () => {
  const abort = new AbortController();
  let send: (chunk: Buffer) => void = () => undefined;
  let pulls = 0;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      send = (chunk) => controller.enqueue(chunk);
    },
    pull: () => void (pulls += 1),
  });
  const native = new Request('http://127.0.0.1/', { method: 'POST', body: stream, duplex: 'half' });
  const sizes: number[] = [];
  const held = { resize: (bytes: number) => void sizes.push(bytes) };
  const body = readBody(partsOf(native), '100', limitsOf(100, { held, abortSignal: abort.signal }));
  send(Buffer.from('abc'));
  await settled();
  abort.abort(new GatewayError('CALL_TIMEOUT', 'It took too long.'));
  send(Buffer.from('def'));
  expect((await rejectedBy(body)).code).toBe('CALL_TIMEOUT');
  expect(sizes).toEqual([3]);
  expect(pulls).toBeGreaterThan(0);
});

test.each([
  ['accepted', 100, '6', [3, 1, 2]],
  ['refused at its first part', 2, undefined, [1, 2]],
  ['refused for its length', 2, '6', [3, 1, 2]],
])('every part of a body that is %s waits for the pace', async (_, maximumBytes, length, expected) => {
  const counted: number[] = [];
  let goOn: () => void = () => undefined;
  const next = (bytes: number) => {
    counted.push(bytes);
    return new Promise<void>((resolve) => {
      goOn = resolve;
    });
  };
  const pace = { begin: () => ({ next }) };
  const body = Promise.allSettled([request(['abc', 'd', 'ef'], length, pace).read(maximumBytes)]);
  for (let part = 1; part <= expected.length; part += 1) {
    await settled();
    expect(counted).toEqual(expected.slice(0, part));
    goOn();
  }
  await body;
});
