import fc from 'fast-check';
import { type Member, readMembers } from '../../src/functions-host/read-members.ts';

async function read(
  text: string | Buffer,
): Promise<{ isObject: boolean; members: [string, string, string][] }> {
  const members: [string, string, string][] = [];
  const isObject = await readMembers(Buffer.from(text), ({ name, kind, value }: Member) =>
    members.push([name, kind, Buffer.from(value).toString()]),
  );
  return { isObject, members };
}

test('tells each member of an object with its own bytes', async () => {
  expect(await read(' {"a": "x,}", "b" : [1, {"c":2}] ,"\\u0064":{ } , "e":-1.5e3,"a":null}\n')).toEqual({
    isObject: true,
    members: [
      ['a', 'string', '"x,}"'],
      ['b', 'array', '[1, {"c":2}]'],
      ['d', 'object', '{ }'],
      ['e', 'literal', '-1.5e3'],
      ['a', 'literal', 'null'],
    ],
  });
});

test.each([
  '',
  ' ',
  '[]',
  '1',
  '"a"',
  '{',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{"a":1}}',
  '{"a":1]',
  '{"a":[1,]}',
  '{"a":[,1]}',
  '{"a":01}',
  '{"a":tru}',
  '{"a":-}',
  '{"a":"b}',
  '{"a":"b\\"}',
  '{1:2}',
  '{"a":1 2}',
])('takes %s for no object', async (text) => {
  expect((await read(text)).isObject).toBe(false);
});

test('reads what is 64 deep, and nothing deeper', async () => {
  const deep = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  expect((await read(deep(64))).isObject).toBe(true);
  expect((await read(deep(65))).isObject).toBe(false);
});

test('agrees with JSON.parse about every object', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), async (value) => {
      const { isObject, members } = await read(JSON.stringify(value, null, 1));
      expect(isObject).toBe(true);
      expect(members.map(([name, , text]) => [name, JSON.parse(text) as unknown])).toEqual(
        Object.keys(value).map((name) => [name, JSON.parse(JSON.stringify(value[name])) as unknown]),
      );
    }),
  );
});

test.each([
  ['numbers', `{"a":[${'1,'.repeat(1_000_000)}1]}`],
  ['empty objects', `{"a":[${'{},'.repeat(600_000)}{}]}`],
  ['a text of escapes', `{"a":"${'\\\\'.repeat(1_000_000)}"}`],
  ['a text of quotes', `{"a":"${'\\"'.repeat(1_000_000)}"}`],
  ['digits', `{"a":${'1'.repeat(2_000_000)}}`],
  ['spaces', `{"a":${' '.repeat(2_000_000)}1}`],
])('lets other work have its turn after every 64 KiB of %s', async (_, text) => {
  const json = Buffer.from(text);
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await readMembers(json, () => undefined);
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(Math.floor(json.length / (64 * 1024)));
});
