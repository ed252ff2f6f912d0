import { Ajv } from 'ajv';
import fc from 'fast-check';
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

const WIDE = Object.fromEntries(Array.from({ length: 200 }, (_name, i) => [`p${i}`, { $ref: '#' }]));

test.each([
  { type: 'array', items: { type: 'string' }, minItems: 1e9 },
  { type: 'string', minLength: 1e9 },
  { type: 'object', properties: WIDE },
  { $ref: '#' },
  { type: 'string', pattern: '^a{3}$' },
])('refuses %o, which it can make no example of', (each) => {
  expect(() => exampleOfSchema(each)).toThrow('does not support');
});
