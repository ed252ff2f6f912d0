import { z } from 'zod';
import { layOutDocument } from '../../../scripts/openapi/lay-out-document.ts';
import type { Operation, Surface } from '../../../scripts/openapi/surface.ts';

const components = z.registry<{ id: string }>();
const Nap = z
  .looseObject({ on: z.string().describe('The day.') })
  .describe('A nap.')
  .register(components, { id: 'Nap' });
const Trouble = z.looseObject({}).describe('The trouble.').register(components, { id: 'Trouble' });

const operation: Operation = {
  method: 'post',
  path: '/v1/ocelots/{ocelot}:nap',
  operationId: 'ocelots-nap',
  summary: 'Nap',
  description: 'Lets an ocelot nap.',
  tag: 'ocelots',
  request: { description: 'When.', schema: Nap, example: { on: '2025-11-24' } },
  answer: {
    description: 'It naps.',
    content: { 'application/json': { schema: Nap, example: { on: '2025-11-24' } } },
  },
  failures: [400],
};

function surfaceOf(...operations: Operation[]): Surface {
  return {
    id: 'ocelots',
    title: 'Ocelots',
    description: 'Where ocelots nap.',
    tags: [{ name: 'ocelots', description: 'Ocelots.' }],
    pathParameters: { ocelot: { description: 'Its name.', example: 'Kit' } },
    failures: { mediaType: 'application/json', schema: Trouble, example: ({ code }) => ({ code }) },
    components,
    operations,
  };
}

function read(...operations: Operation[]) {
  const { text } = layOutDocument(surfaceOf(...operations));
  return JSON.parse(text) as {
    paths: Record<string, Record<string, { summary: string; responses: object; parameters: object[] }>>;
    components: { schemas: object };
  };
}

test('a document stands in the folder of its API and says that it is generated', () => {
  const { path, text } = layOutDocument(surfaceOf(operation));
  expect(path).toBe('apim/apis/ocelots/specification.json');
  expect(text.split('\n')[1]).toBe(
    ' "x-generated": "From scripts/openapi by npm run openapi:build; do not edit.",',
  );
  expect(text).toContain('"on": "2025-11-24"');
});

test('an operation has its answer and its failures, and the parts of its path', () => {
  const { paths } = read(operation);
  expect(paths).toMatchObject({
    '/v1/ocelots/{ocelot}:nap': {
      post: {
        operationId: 'ocelots-nap',
        parameters: [{ name: 'ocelot', in: 'path', required: true, example: 'Kit' }],
        responses: {
          '200': { content: { 'application/json': { schema: { $ref: '#/components/schemas/Nap' } } } },
          '400': { content: { 'application/json': { example: { code: 'INVALID_JSON' } } } },
        },
      },
    },
  });
});

test('an operation that is not served has no answer but 501, and says so', () => {
  const { paths } = read({ ...operation, isServed: false });
  const { summary, responses } = paths['/v1/ocelots/{ocelot}:nap']?.post ?? {};
  expect([summary, Object.keys(responses ?? {})]).toEqual(['Nap (not served)', ['400', '501']]);
});

test('a document that would not be imported whole is refused with what would be lost', () => {
  expect(() =>
    layOutDocument(surfaceOf(operation, { ...operation, path: '/v1/ocelots/{ocelot}:sleep' })),
  ).toThrow(
    'apim/apis/ocelots/specification.json would not be imported whole.\nThe operationId ocelots-nap occurs twice.',
  );
});

test('a part of a path that nothing describes is refused', () => {
  expect(() => layOutDocument(surfaceOf({ ...operation, path: '/v1/{tree}:climb' }))).toThrow(
    'ocelots-nap: the path parameter {tree} is not described.',
  );
});
