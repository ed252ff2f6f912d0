import { z } from 'zod';
import { keepReferred, nameSchemas, referTo } from '../../../scripts/openapi/name-schemas.ts';

function surfaceOf(schemas: Record<string, z.ZodType>) {
  const components = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) components.add(schema, { id });
  return { components };
}

test('named schemas refer to each other; others stand where they are used', () => {
  const Tree = z.looseObject({ age: z.int().describe('Years.') }).describe('A tree.');
  const Place = z.strictObject({ tree: Tree, rocks: z.array(z.looseObject({})).optional() });
  expect(nameSchemas(surfaceOf({ Tree, Place }))).toEqual({
    Tree: {
      type: 'object',
      description: 'A tree.',
      properties: { age: { type: 'integer', description: 'Years.' } },
      required: ['age'],
      additionalProperties: true,
    },
    Place: {
      type: 'object',
      properties: {
        tree: { $ref: '#/components/schemas/Tree' },
        rocks: { type: 'array', items: { type: 'object', additionalProperties: true } },
      },
      required: ['tree'],
      additionalProperties: false,
    },
  });
});

test('what may be null says so as OpenAPI 3.0.3 wants it', () => {
  const Mood = z.looseObject({ mood: z.enum(['calm', 'wild']).nullable(), name: z.string().nullable() });
  expect(nameSchemas(surfaceOf({ Mood })).Mood?.properties).toEqual({
    mood: { type: 'string', nullable: true, enum: ['calm', 'wild', null] },
    name: { type: 'string', nullable: true },
  });
});

test('a format that others know takes the place of its pattern; another one gives way to it', () => {
  const Moment = z.strictObject({ at: z.iso.datetime(), path: z.string().startsWith('/trees/') });
  expect(nameSchemas(surfaceOf({ Moment })).Moment?.properties).toEqual({
    at: { type: 'string', format: 'date-time' },
    path: { type: 'string', pattern: '^\\/trees\\/.*' },
  });
});

test('a schema that the surface does not name cannot be referred to', () => {
  const Tree = z.looseObject({});
  expect(referTo(surfaceOf({ Tree }), Tree)).toEqual({ $ref: '#/components/schemas/Tree' });
  expect(() => referTo(surfaceOf({}), Tree)).toThrow(
    'A schema of an operation is not one of the components.',
  );
});

test('schemas that nothing refers to are left out', () => {
  const to = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const schemas = { Place: { items: to('Tree') }, Tree: {}, Rock: { items: to('Place') } };
  expect(Object.keys(keepReferred(schemas, { schema: to('Place') }))).toEqual(['Place', 'Tree']);
});
