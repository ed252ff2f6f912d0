import fc from 'fast-check';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { wholeParts } from '../../../src/vertex/stream-parts.ts';
import { answerLimits } from './answer-limits.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

type Framing = 'sse' | 'json-array';

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function parts(chunks: readonly (string | Uint8Array)[], framing: Framing): Promise<string[]> {
  const bytes = chunks.map((chunk) => Buffer.from(chunk as Uint8Array));
  const found: string[] = [];
  for await (const part of wholeParts(each(bytes), framing, answerLimits()))
    found.push(Buffer.from(part).toString('latin1'));
  return found;
}

test('an event that comes in one chunk passes at once', async () => {
  expect(await parts(['data: 1\n\n', 'data: 2\n\n'], 'sse')).toEqual(['data: 1\n\n', 'data: 2\n\n']);
});

test('an unfinished event is held back until its end comes', async () => {
  expect(await parts(['data: 1\n\nda', 'ta: 2', '\n', '\ndata: 3\n\n'], 'sse')).toEqual([
    'data: 1\n\n',
    'data: 2\n\ndata: 3\n\n',
  ]);
});

test('carriage returns end events too, wherever they are cut', async () => {
  expect(await parts(['data: 1\r\n\r', '\ndata: 2\r', '\n\r\n'], 'sse')).toEqual([
    'data: 1\r\n\r\n',
    'data: 2\r\n\r\n',
  ]);
});

test('what is left without an end passes at the end of the stream', async () => {
  expect(await parts(['data: 1\n\n', 'data: 2'], 'sse')).toEqual(['data: 1\n\n', 'data: 2']);
});

test('elements of a JSON array pass one by one', async () => {
  expect(await parts(['[{"a":1}', ',\r\n', '{"b":[2]}', '\n]'], 'json-array')).toEqual([
    '[{"a":1}',
    ',\r\n{"b":[2]}',
    '\n]',
  ]);
});

test('brackets inside strings end no element', async () => {
  const text = '[{"a":"}]\\"}]"}]';
  expect(await parts(Array.from(text), 'json-array')).toEqual(['[{"a":"}]\\"}]"}', ']']);
});

test('an empty stream has no parts', async () => {
  expect(await parts([], 'sse')).toEqual([]);
  expect(await parts(['', ''], 'json-array')).toEqual([]);
});

test('a stream that breaks drops the unfinished rest', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('[{"a":1},{"b":');
    throw await Promise.resolve(new Error('reset'));
  }
  const found: string[] = [];
  const reading = (async () => {
    for await (const part of wholeParts(broken(), 'json-array', answerLimits()))
      found.push(Buffer.from(part).toString());
  })();
  await expect(reading).rejects.toThrow('reset');
  expect(found).toEqual(['[{"a":1}']);
});

test('a reader that stops ends the source', async () => {
  let isEnded = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield await Promise.resolve(Buffer.from('data: 1\n\n'));
    } finally {
      isEnded = true;
    }
  }
  for await (const part of wholeParts(source(), 'sse', answerLimits())) {
    expect(part.byteLength).toBe(9);
    break;
  }
  expect(isEnded).toBe(true);
});

test.each(['sse', 'json-array'] as const)(
  'a long part of %s in many chunks is put together once',
  async (framing) => {
    const [begin, end] = framing === 'sse' ? ['data: "', '"\n\n'] : ['[{"a":"', '"}'];
    const long = Buffer.from(`${begin}${'\\n'.repeat(2_000_000)}${end}`);
    const chunks = Array.from({ length: Math.ceil(long.length / 1000) }, (_, index) =>
      long.subarray(index * 1000, (index + 1) * 1000),
    );
    const found = await parts(chunks, framing);
    expect(found.map(({ length }) => length)).toEqual([long.length]);
  },
);

test('a blank line may be written in any way, and cut anywhere', async () => {
  for (const end of ['\n\n', '\r\n\r\n', '\n\r\n']) {
    const bytes = Buffer.from(`data: 1${end}data: 2${end}`);
    for (let at = 1; at < bytes.length; at += 1) {
      for (let size = 1; size <= 3; size += 1) {
        const chunks = [bytes.subarray(0, at), bytes.subarray(at, at + size), bytes.subarray(at + size)];
        const found = await parts(chunks, 'sse');
        expect(found.join('')).toBe(bytes.toString());
        for (const part of found) expect(part.endsWith(end)).toBe(true);
      }
    }
  }
});

/** Cuts bytes at these places, modulo the length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
}

const text = anyText();
const places = fc.array(fc.nat());

test('whatever the chunks, all bytes come out and each part but the last ends with an event', async () => {
  const lines = text.map((value) => value.replaceAll(/[\r\n]/g, ' '));
  await fc.assert(
    fc.asyncProperty(fc.array(lines), fc.constantFrom('\n', '\r\n'), places, async (events, end, at) => {
      const bytes = Buffer.from(events.map((event) => `data: ${event}${end}${end}`).join(''));
      const found = await parts(cut(bytes, at), 'sse');
      expect(found.join('')).toBe(bytes.toString('latin1'));
      for (const part of found) expect(part.endsWith(end + end)).toBe(true);
    }),
  );
});

test('whatever the chunks, an error can follow every part of a JSON array but the last', async () => {
  const elements = fc.array(fc.dictionary(text, fc.jsonValue()), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(elements, fc.constantFrom(0, 2), places, async (values, indent, at) => {
      const bytes = Buffer.from(JSON.stringify(values, null, indent));
      const found = await parts(cut(bytes, at), 'json-array');
      expect(found.join('')).toBe(bytes.toString('latin1'));
      let soFar = '';
      for (const part of found) {
        soFar += part;
        const isEnd = soFar.length === bytes.length;
        const read: unknown = JSON.parse(
          Buffer.from(`${soFar}${isEnd ? '' : ',"error"]'}`, 'latin1').toString(),
        );
        if (!isEnd) expect((read as unknown[]).at(-1)).toBe('error');
      }
    }),
  );
});

test.each([
  ['long', Buffer.alloc(65_536, 'x')],
  ['cut into single bytes', Buffer.from('x')],
])('an event that does not end is not held for ever, be it %s', async (_, piece) => {
  let read = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('data: 1\n\n'));
    for (; read < 1_000_000; read += 1) yield piece;
  }
  const limits = answerLimits(1_048_576);
  const iterator = wholeParts(endless(), 'sse', limits);
  expect(await iterator.next()).toEqual({ done: false, value: Buffer.from('data: 1\n\n') });
  await expect(iterator.next()).rejects.toMatchObject({
    code: 'VERTEX_FAILED',
    message: expect.stringMatching(
      /^An event of Vertex AI’s stream is longer than 1 MiB, the most that/,
    ) as string,
  });
  expect(read * (piece.length + 128)).toBeLessThan(1_300_000);
  expect(Math.max(...limits.sizes)).toBeLessThanOrEqual(1_048_576);
});

test('what is held of an unfinished event is counted, and not when it has passed', async () => {
  const limits = answerLimits();
  const chunks = ['data: 1\n\n', 'data: ', '22', '\n\n', 'data: 3\n\n'].map((text) => Buffer.from(text));
  for await (const part of wholeParts(each(chunks), 'sse', limits)) expect(part.length).toBeGreaterThan(0);
  expect(limits.sizes).toEqual([0, 6 + 128, 8 + 256, 0, 0]);
});

test('where there is no room for an event, its stream ends', async () => {
  let isEnded = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield await Promise.resolve(Buffer.from('data: '));
    } finally {
      isEnded = true;
    }
  }
  const resize = (bytes: number) => {
    if (bytes > 1000) throw new GatewayError('INSTANCE_FULL', 'There is no room.');
  };
  const iterator = wholeParts(source(), 'sse', { maximumBytes: 1e6, held: { resize } });
  await expect(iterator.next()).rejects.toMatchObject({ code: 'INSTANCE_FULL' });
  expect(isEnded).toBe(true);
});
