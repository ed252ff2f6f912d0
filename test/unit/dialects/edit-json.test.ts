import fc from 'fast-check';
import { editJson } from '../../../src/dialects/edit-json.ts';

function edit(json: string, edits: Parameters<typeof editJson>[1]): string {
  return Buffer.from(editJson(Buffer.from(json), edits)).toString('utf8');
}

test('a member’s value is replaced and all else stays, white space too', () => {
  expect(edit('{ "a" : 1.0 ,\n "model" : "x" , "b":"Grüße, \\"{" }', { model: '"y"' })).toBe(
    '{ "a" : 1.0 ,\n "model" : "y" , "b":"Grüße, \\"{" }',
  );
});

test('a member is taken out, wherever it stands', () => {
  expect(edit('{"model":"x","a":1}', { model: undefined })).toBe('{"a":1}');
  expect(edit('{"a":1,"model":{"x":[1,"}"]},"b":2}', { model: undefined })).toBe('{"a":1,"b":2}');
  expect(edit('{"a":1,"model":"x"}', { model: undefined })).toBe('{"a":1}');
  expect(edit('{"model":"x"}', { model: undefined })).toBe('{}');
});

test('a member that is not there is put first; one to be taken out that is not there changes nothing', () => {
  expect(edit('{"a":1}', { v: '2' })).toBe('{"v":2,"a":1}');
  expect(edit('{}', { v: '2' })).toBe('{"v":2}');
  expect(edit(' { "a" : [ ] } ', { v: undefined })).toBe(' { "a" : [ ] } ');
});

test('only the outermost object is meant, and a name may be written with escapes', () => {
  expect(edit('{"in":{"model":1},"m\\u006fdel":2}', { model: '3' })).toBe(
    '{"in":{"model":1},"m\\u006fdel":3}',
  );
});

test('whatever the object, an edit is what parsing, changing and comparing says', () => {
  const name = fc.constantFrom('model', 'a', '"', 'x\\y', '{', 'ü', 'toString', 'constructor');
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.jsonValue()),
      fc.dictionary(name, fc.option(fc.jsonValue(), { nil: undefined })),
      fc.constantFrom(0, 1),
      (object, edits, indent) => {
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
        expect(JSON.parse(edit(JSON.stringify(object, null, indent), asJson))).toEqual(plain);
        expect(edit(JSON.stringify(object, null, indent), {})).toBe(JSON.stringify(object, null, indent));
      },
    ),
  );
});
