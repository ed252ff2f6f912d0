import { Ajv } from 'ajv';
import fc from 'fast-check';
import { exampleOfPattern } from '../../src/vertex-ai/example-of-pattern.ts';
import { exampleOfSchema } from '../../src/vertex-ai/example-of-schema.ts';

const name = fc.stringMatching(/^[a-z]{1,6}$/);

/** Schemas of the keywords that Vertex AI documents, with bounds that can be met. */
const { schema } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.record({ type: fc.constantFrom('boolean', 'null') }),
    fc.record({ type: fc.constant('string'), format: fc.constantFrom('date', 'uuid', 'email') }),
    fc
      .tuple(fc.nat(12), fc.nat(12))
      .map(([least, more]) => ({ type: 'string', minLength: least, maxLength: least + more })),
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(50), fc.constantFrom('integer', 'number'))
      .map(([least, more, type]) => ({ type, minimum: least, maximum: least + more })),
    fc.integer({ min: -50, max: 50 }).map((most) => ({ type: 'integer', exclusiveMaximum: most })),
    fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 })).map(([above, more]) => ({
      type: 'number',
      exclusiveMinimum: above,
      exclusiveMaximum: above + more / 9,
    })),
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 }))
      .map(([least, step]) => ({ type: 'integer', minimum: least, maximum: least + step, multipleOf: step })),
    fc
      .constantFrom('^[A-Z]{2}-\\d+$', '^(red|green) \\w{3,}$', 'x*[^a-z]', '^[\\w.-]+\\.(?:com|org)$')
      .map((pattern) => ({
        type: 'string',
        pattern,
      })),
    tie('schema').map((values) => ({ type: 'object', additionalProperties: values, minProperties: 1 })),
    fc.record({ enum: fc.uniqueArray(fc.oneof(name, fc.integer(), fc.boolean()), { minLength: 1 }) }),
    fc
      .tuple(tie('schema'), fc.nat(3), fc.nat(3))
      .map(([items, least, more]) => ({ type: 'array', items, minItems: least, maxItems: least + more })),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.dictionary(name, tie('schema'), { maxKeys: 4 }).chain((properties) =>
      fc.subarray(Object.keys(properties)).map((required) => ({
        type: ['object', 'null'],
        properties,
        required,
        additionalProperties: false,
      })),
    ),
  ),
}));

test('an example satisfies its schema', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  fc.assert(
    fc.property(schema, (each) => {
      const validate = ajv.compile(each);
      expect({ valid: validate(exampleOfSchema(each)), errors: validate.errors }).toMatchObject({
        valid: true,
      });
    }),
  );
});

test('a schema that contains itself has an example', () => {
  const tree = {
    $ref: '#/$defs/tree',
    $defs: {
      tree: {
        type: 'object',
        properties: { id: { type: 'integer' }, leaves: { type: 'array', items: { $ref: '#/$defs/tree' } } },
        required: ['id', 'leaves'],
      },
    },
  };
  expect(new Ajv({ strict: false }).validate(tree, exampleOfSchema(tree))).toBe(true);
});

test('an allOf is all of its parts', () => {
  const part = (key: string): object => ({
    type: 'object',
    properties: { [key]: { type: 'string' } },
    required: [key],
  });
  expect(exampleOfSchema({ allOf: [part('a'), part('b')] })).toEqual({ a: 'a', b: 'b' });
});

test.each([
  ['the largest range of integers', { type: 'integer', minimum: -(2 ** 53 - 1), maximum: 2 ** 53 - 1 }, 1],
  ['an age', { type: 'integer', minimum: 18, maximum: 120 }, 18],
  ['a share', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
  ['a bound of the fourth draft', { type: 'integer', minimum: 3, exclusiveMinimum: true }, 4],
  [
    'a choice that may be null',
    { anyOf: [{ type: 'null' }, { type: 'string', format: 'date' }] },
    '2026-01-02',
  ],
  ['values that may be null', { enum: [null, 'red'] }, 'red'],
  [
    'several elements',
    { type: 'array', minItems: 3, items: { enum: ['red', 'green'] } },
    ['red', 'green', 'red'],
  ],
  ['several texts', { type: 'array', minItems: 2, items: { type: 'string' } }, ['value', 'value 2']],
  ['a time without an offset', { type: 'string', format: 'time', pattern: '^[01]\\d:[0-5]\\d$' }, '11:11'],
  [
    'an order',
    {
      type: 'OBJECT',
      properties: { a: { type: 'STRING' }, b: { type: 'INTEGER' }, c: { type: 'BOOLEAN' } },
      propertyOrdering: ['c', 'a'],
    },
    { c: true, a: 'a', b: 1 },
  ],
  [
    'a map with known keys',
    { type: 'object', additionalProperties: { type: 'number' }, required: ['red', 'blue'] },
    { red: 1, blue: 1 },
  ],
])('%s gives a plausible example', (_, each, example) => {
  expect(JSON.stringify(exampleOfSchema(each))).toBe(JSON.stringify(example));
});

test('an optional text of a pattern that no text is made of is left out', () => {
  const properties = { a: { type: 'string', pattern: '(?<!b)a' }, c: { type: 'string', pattern: '^c{2}' } };
  expect(exampleOfSchema({ type: 'object', properties })).toEqual({ c: 'cc' });
  expect(() => exampleOfSchema({ type: 'object', properties, required: ['a'] })).toThrow('does not support');
});

test.each(['(a', '[a', 'a{99999}', '(a{1000}){1000}', '\\1', '\\p{L}', '*', '(?!a)', 'a'.repeat(2_000)])(
  'makes no text of the pattern %s',
  (pattern) => {
    expect(exampleOfPattern(pattern)).toBeUndefined();
  },
);

const WIDE = Object.fromEntries(Array.from({ length: 200 }, (_name, i) => [`p${i}`, { $ref: '#' }]));

test.each([
  { type: 'array', items: { type: 'string' }, minItems: 1e9 },
  { type: 'string', minLength: 1e9 },
  { type: 'object', properties: WIDE },
  { $ref: '#' },
  { type: 'string', pattern: '^(?=a)a$' },
])('refuses %o, which it can make no example of', (each) => {
  expect(() => exampleOfSchema(each)).toThrow('does not support');
});
