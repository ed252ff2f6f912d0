import fc from 'fast-check';
import { splitValues as splitInTurns, type StreamValue } from '../../../src/vertex/split-values.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

async function splitValues(...asked: Parameters<typeof splitInTurns>): Promise<StreamValue[]> {
  const found: StreamValue[] = [];
  for await (const value of splitInTurns(...asked)) found.push(value);
  return found;
}

const objects = fc.array(fc.dictionary(anyText(), fc.jsonValue()), { maxLength: 6 });
/** Takes values through JSON, which has no minus zero. */
const plain = (values: unknown) => JSON.parse(JSON.stringify(values)) as unknown;

test('the values of events are found, each where its event lies', async () => {
  await fc.assert(
    fc.asyncProperty(
      objects,
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('data: ', 'data:'),
      async (values, end, name) => {
        const events = values.map((value) => Buffer.from(`${name}${JSON.stringify(value)}${end}${end}`));
        const part = Buffer.concat(events);
        const found = await splitValues(part, 'sse');
        expect(found.map(({ value }) => value)).toEqual(plain(values));
        expect(found.map(({ start, end: to }) => part.subarray(start, to))).toEqual(events);
      },
    ),
  );
});

test('the elements of an array are found, each where it lies', async () => {
  await fc.assert(
    fc.asyncProperty(objects, fc.constantFrom(0, 2), async (values, indent) => {
      const part = Buffer.from(JSON.stringify(values, null, indent));
      const found = await splitValues(part, 'json-array');
      expect(found.map(({ value }) => value)).toEqual(plain(values));
      for (const { start, end, value } of found)
        expect(JSON.parse(part.toString('utf8', start, end))).toEqual(plain(value));
    }),
  );
});

test('an event’s data may have several lines, and other fields beside it', async () => {
  const part = Buffer.from('event: x\nid: 7\ndata: {"a":\ndata: 1}\n\n: {"b":2}\n\nretry: {"c":3}\n\n');
  expect((await splitValues(part, 'sse')).map(({ value }) => value)).toEqual([{ a: 1 }]);
});

test.each(['', ',', ']', '[', '\n', ',\n{"half":{}', '{"half":"}', 'garbage', '}{'])(
  'there is no element in %j',
  async (text) => {
    expect(await splitValues(Buffer.from(text), 'json-array')).toEqual([]);
  },
);

test.each(['', ': keep-alive\n\n', 'data: [DONE]\n\n', 'data: 7\n\n', 'data: null\n\n', 'data: {"half\n\n'])(
  'there is no object in the event %j',
  async (text) => {
    expect(await splitValues(Buffer.from(text), 'sse')).toEqual([]);
  },
);

test('raw bytes have no values', async () => {
  expect(await splitValues(Buffer.from('data: {}\n\n'), 'raw')).toEqual([]);
});

test.each(['sse', 'json-array'] as const)('a text of 8 MB in a part of %s is split', async (framing) => {
  const json = JSON.stringify({ data: '\\"'.repeat(2_000_000) });
  const part = Buffer.from(framing === 'sse' ? `data: ${json}\n\n` : `[${json}`);
  expect(await splitValues(part, framing)).toMatchObject([{ end: part.length }]);
});

test.each([
  ['tiny events', 'sse', Buffer.from('data: {"usage":{"prompt_tokens":1}}\n\n'.repeat(100_000))],
  ['empty events', 'sse', Buffer.from('\n\n'.repeat(500_000))],
  ['tiny elements', 'json-array', Buffer.from('{},'.repeat(200_000))],
] as const)('a part of %s is looked through in many turns', async (_, framing, part) => {
  let turns = 0;
  const next = () => {
    turns += 1;
    return Promise.resolve();
  };
  const found = splitInTurns(part, framing, { next });
  while (!(await found.next()).done);
  expect(turns).toBeGreaterThanOrEqual(Math.floor(part.length / 200_000));
});
