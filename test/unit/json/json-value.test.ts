import fc from 'fast-check';
import type { JsonValue } from '../../../src/json/json-value.ts';
import { readJson } from '../../../src/json/read-json.ts';

function value(json: string): Promise<JsonValue> {
  return readJson(Buffer.from(json));
}

test.each([
  ['{}', 'object'],
  ['[]', 'array'],
  ['""', 'string'],
  ['-1', 'number'],
  ['0', 'number'],
  ['true', 'boolean'],
  ['false', 'boolean'],
  ['null', 'null'],
])('%s is of kind %s', async (json, kind) => {
  expect((await value(` ${json} `)).kind).toBe(kind);
});

test('a value knows where it stands', async () => {
  const text = ' {"a" : [ 1.50, "x\\n" ] } ';
  const places = [...((await value(text)).member('a')?.items() ?? [])].map(({ start, end }) =>
    text.slice(start, end),
  );
  expect(places).toEqual(['1.50', '"x\\n"']);
});

test('a member is found by its name, however it is written', async () => {
  const object = await value('{"aa":1,"\\u0061":2,"ü":3,"":4,"toString":5,"in":{"b":6}}');
  const read = (name: string) => object.member(name)?.toJson();
  expect(['aa', 'a', 'ü', '', 'toString'].map(read)).toEqual([1, 2, 3, 4, 5]);
  expect(['b', 'valueOf', 'u', 'A'].map(read)).toEqual([undefined, undefined, undefined, undefined]);
});

test('what is no object has no members, and what is no array no items', async () => {
  for (const json of ['[1]', '"a"', '1', 'null']) {
    expect([...(await value(json)).members()]).toEqual([]);
    expect((await value(json)).member('a')).toBeUndefined();
  }
  expect([...(await value('{"a":1}')).items()]).toEqual([]);
});

test('a text is read up to a size and never cut', async () => {
  const text = await value('"Gr\\u00fc\\u00dfe"');
  expect(text.readText(17)).toBe('Grüße');
  expect(text.readText(16)).toBeUndefined();
  expect((await value('1')).readText(100)).toBeUndefined();
});

/** Rebuilds a value from its members and items. */
function rebuild(value: JsonValue): unknown {
  if (value.kind === 'array') {
    const items = [...value.items()].map(rebuild);
    expect(value.length).toBe(items.length);
    return items;
  }
  if (value.kind !== 'object') return value.readText(Infinity) ?? value.toJson();
  const members = [...value.members()];
  expect(value.length).toBe(members.length);
  for (const [name, { start }] of members) expect(value.member(name)?.start).toBe(start);
  return Object.fromEntries(members.map(([name, member]) => [name, rebuild(member)]));
}

test('any value is made of what its members and items say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 8, stringUnit: 'binary' }), async (text) => {
      fc.pre(!text.includes('"__proto__"'));
      expect(rebuild(await value(text))).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test('an index of many segments is one', async () => {
  const list = Array.from({ length: 3_000 }, (_, index) => ({ index, in: [[], {}] }));
  expect(rebuild(await value(JSON.stringify(list)))).toEqual(list);
});
