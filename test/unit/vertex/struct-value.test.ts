import fc from 'fast-check';
import { fromProtoValue, toProtoValue } from '../../../src/vertex/predict-over-grpc.ts';

test('every kind of JSON value has its kind of protobuf value', () => {
  expect(toProtoValue({ a: [1.5, 'x', true, null] })).toEqual({
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
  expect(fromProtoValue(toProtoValue(json))).toBe(json);
});

test('a protobuf value without a kind is null', () => {
  expect(fromProtoValue({})).toBeNull();
  expect(fromProtoValue({ listValue: {} })).toEqual([]);
  expect(fromProtoValue({ structValue: {} })).toEqual({});
});

test.each([undefined, 1n, Symbol('x'), () => 1])('what is no JSON value has no protobuf value', (value) => {
  expect(() => toProtoValue(value)).toThrow(TypeError);
});

test.each([
  ['a number beyond a double', { a: [Number.POSITIVE_INFINITY] }, /too large for a double/],
  ['half a surrogate pair in a text', ['\ud800'], /not Unicode/],
  ['half a surrogate pair in a key', { '\udc00': 1 }, /not Unicode/],
])('%s is refused instead of changed', (_, json, problem) => {
  expect(() => toProtoValue(json)).toThrow(problem);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a model’s number %p, which JSON can’t say, is a failure and no null',
  (numberValue) => {
    const values = [{ structValue: { fields: { score: { numberValue } } } }];
    expect(() => fromProtoValue({ listValue: { values } })).toThrow(/not finite/);
  },
);

test('every JSON value comes back from protobuf as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (json) => {
      const plain: unknown = JSON.parse(JSON.stringify(json).replaceAll('"__proto__"', '"proto"'));
      expect(fromProtoValue(toProtoValue(plain))).toEqual(plain);
    }),
    { numRuns: 500 },
  );
});
