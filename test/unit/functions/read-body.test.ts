import type { HttpRequest } from '@azure/functions';
import { readBody } from '../../../src/functions/read-body.ts';
import { settled } from '../hand-driven-clock.ts';
import { rejectedBy } from '../thrown-by.ts';

/** A request whose body comes in these chunks; `read` tells how many were asked for. */
function request(chunks: readonly string[], contentLength?: string) {
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
  const read = (maximumBytes: number): Promise<Uint8Array> =>
    readBody(native, contentLength ?? null, maximumBytes);
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

test('a length beyond the bound is refused before anything is read', async () => {
  const { counted, read } = request(['abc', 'def', 'g'], '7');
  expect(await rejectedBy(read(6))).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The body is larger than 6 bytes, the most that is accepted.',
  });
  expect(counted.read).toBe(0);
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
  expect(await text(readBody(native as unknown as HttpRequest, null, 6))).toBe('');
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
  expect(await rejectedBy(readBody(native as unknown as HttpRequest, length ?? null, 6))).toMatchObject({
    code: 'CALLER_GONE',
  });
});
