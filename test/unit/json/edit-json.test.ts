import fc from 'fast-check';
import { editJson, editObject, type JsonEdits } from '../../../src/json/edit-json.ts';
import { readJson } from '../../../src/json/read-json.ts';

async function edit(json: string, edits: JsonEdits): Promise<string> {
  return Buffer.from(editJson(await readJson(Buffer.from(json)), edits)).toString('utf8');
}

test('a member’s value is replaced and all else stays, white space too', async () => {
  expect(await edit('{ "a" : 1.0 ,\n "model" : "x" , "b":"Grüße, \\"{" }', { model: '"y"' })).toBe(
    '{ "a" : 1.0 ,\n "model" : "y" , "b":"Grüße, \\"{" }',
  );
});

test.each([
  ['{"model":"x","a":1}', '{"a":1}'],
  ['{"a":1,"model":{"x":[1,"}"]},"b":2}', '{"a":1,"b":2}'],
  ['{"a":1,"model":"x"}', '{"a":1}'],
  ['{ "a": 1 , "model": "x" ,\n"b": 2 }', '{ "a": 1 ,\n"b": 2 }'],
  ['{ "a": 1 , "model": "x" }', '{ "a": 1 }'],
  ['{"model":"x"}', '{}'],
])('a member is taken out of %s, wherever it stands', async (json, expected) => {
  expect(await edit(json, { model: undefined })).toBe(expected);
});

test('members next to each other are taken out together', async () => {
  const edits = { a: undefined, b: undefined };
  expect(await edit('{"a":1,"b":2}', edits)).toBe('{}');
  expect(await edit('{"x":0,"a":1,"b":2,"y":3}', edits)).toBe('{"x":0,"y":3}');
  expect(await edit('{"a":1,"x":0,"b":2}', edits)).toBe('{"x":0}');
});

test('a member that is not there is put first; one to be taken out that is not there changes nothing', async () => {
  expect(await edit('{"a":1}', { v: '2' })).toBe('{"v":2,"a":1}');
  expect(await edit('{}', { v: '2' })).toBe('{"v":2}');
  expect(await edit(' { "a" : [ ] } ', { v: undefined })).toBe(' { "a" : [ ] } ');
});

test('only the object itself is meant, and a name may be written with escapes', async () => {
  expect(await edit('{"in":{"model":1},"m\\u006fdel":2}', { model: '3' })).toBe(
    '{"in":{"model":1},"m\\u006fdel":3}',
  );
});

test('an object within the body is changed where it stands', async () => {
  const body = await readJson(Buffer.from('[{"model":1},{"model":2, "a":3}]'));
  const [, second] = [...body.items()];
  expect(second && Buffer.from(editJson(second, { model: undefined })).toString()).toBe(
    '[{"model":1},{ "a":3}]',
  );
  expect(second && Buffer.from(editObject(second, { model: '"x"' })).toString()).toBe('{"model":"x", "a":3}');
});

test('whatever the object, an edit is what parsing, changing and comparing says', async () => {
  const name = fc.constantFrom('model', 'a', '"', 'x\\y', '{', 'ü', 'toString', 'constructor');
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, fc.jsonValue()),
      fc.dictionary(name, fc.option(fc.jsonValue(), { nil: undefined })),
      fc.constantFrom(0, 1),
      async (object, edits, indent) => {
        const asJson = Object.fromEntries(
          Object.entries(edits).map(([key, value]) => [
            key,
            value === undefined ? undefined : JSON.stringify(value),
          ]),
        );
        const expected = Object.fromEntries(
          Object.entries({ ...object, ...edits }).filter(([, value]) => value !== undefined),
        ) as object;
        const plain = JSON.parse(JSON.stringify(expected)) as object;
        const json = JSON.stringify(object, null, indent);
        fc.pre(!json.includes('"__proto__"'));
        expect(JSON.parse(await edit(json, asJson))).toEqual(plain);
        expect(await edit(json, {})).toBe(json);
      },
    ),
    { numRuns: 500 },
  );
});
