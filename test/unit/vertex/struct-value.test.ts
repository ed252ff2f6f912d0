import fc from 'fast-check';
import { fromValue, toValue } from '../../../src/vertex/struct-value.ts';

test('every kind of JSON value has its kind of protobuf value', () => {
  expect(toValue({ a: [1.5, 'x', true, null] })).toEqual({
    structValue: {
      fields: {
        a: {
          listValue: {
            values: [
              { numberValue: 1.5 },
              { stringValue: 'x' },
              { boolValue: true },
              { nullValue: 'NULL_VALUE' },
            ],
          },
        },
      },
    },
  });
});

test.each([0, '', false])('%j is not taken for null', (json) => {
  expect(fromValue(toValue(json))).toBe(json);
});

test('a protobuf value without a kind is null', () => {
  expect(fromValue({})).toBeNull();
  expect(fromValue({ listValue: {} })).toEqual([]);
  expect(fromValue({ structValue: {} })).toEqual({});
});

test.each([undefined, 1n, Symbol('x'), () => 1])('what is no JSON value has no protobuf value', (value) => {
  expect(() => toValue(value)).toThrow(TypeError);
});

test.each([
  ['a number beyond a double', { a: [Number.POSITIVE_INFINITY] }, /too large for a double/],
  ['half a surrogate pair in a text', ['\ud800'], /not Unicode/],
  ['half a surrogate pair in a key', { '\udc00': 1 }, /not Unicode/],
])('%s is refused instead of changed', (_, json, problem) => {
  expect(() => toValue(json)).toThrow(problem);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a model’s number %p, which JSON can’t say, is a failure and no null',
  (numberValue) => {
    const values = [{ structValue: { fields: { score: { numberValue } } } }];
    expect(() => fromValue({ listValue: { values } })).toThrow(/not finite/);
  },
);

test('every JSON value comes back from protobuf as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (json) => {
      const plain: unknown = JSON.parse(JSON.stringify(json).replaceAll('"__proto__"', '"proto"'));
      expect(fromValue(toValue(plain))).toEqual(plain);
    }),
    { numRuns: 500 },
  );
});
