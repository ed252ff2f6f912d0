import { findLosses } from '../../../scripts/openapi/find-losses.ts';

interface Draft {
  openapi: string;
  [field: string]: unknown;
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components: { [kind: string]: unknown; schemas: Record<string, Record<string, unknown>> };
}

const NAP = '/v1/ocelots/{ocelot}:nap';

/** A document that is imported whole. */
function draft(): Draft {
  return {
    openapi: '3.0.3',
    info: { title: 'Ocelots', version: '1' },
    paths: {
      [NAP]: {
        post: {
          operationId: 'ocelots-nap',
          summary: 'Nap',
          description: 'Lets an ocelot nap.',
          parameters: [
            { name: 'ocelot', in: 'path', required: true, description: 'Its name.', example: 'Kit' },
            { name: 'hours', in: 'query', description: 'How long.', example: 3 },
          ],
          requestBody: {
            description: 'Where.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Place' },
                example: { tree: 'oak' },
              },
            },
          },
          responses: { '204': { description: 'It naps.' } },
        },
      },
    },
    components: {
      schemas: {
        Place: {
          type: 'object',
          description: 'A place.',
          properties: { tree: { type: 'string', description: 'A tree.' } },
        },
      },
    },
  };
}

type Change = (document: Draft, operation: Record<string, unknown>) => void;

function losses(change: Change): string[] {
  const document = draft();
  change(document, document.paths[NAP]?.post ?? {});
  return findLosses(JSON.stringify(document));
}

const media = (operation: Record<string, unknown>): Record<string, unknown> =>
  (operation.requestBody as { content: Record<string, Record<string, unknown>> }).content[
    'application/json'
  ] ?? {};
const parameters = (operation: Record<string, unknown>): Record<string, unknown>[] =>
  operation.parameters as Record<string, unknown>[];
const place = (document: Draft): Record<string, unknown> => document.components.schemas.Place ?? {};
const AT = `post ${NAP}`;

test('a document that is imported whole has none', () => {
  expect(losses(() => undefined)).toEqual([]);
});

test.each<[string, Change, string]>([
  ['another version of OpenAPI', (document) => (document.openapi = '3.1.0'), 'openapi must be 3.0.3.'],
  [
    'more than is loaded',
    (document) => (document['x-padding'] = 'o'.repeat(1_048_576)),
    'The document has 1049283 characters; 1048576 are loaded.',
  ],
  [
    'security of the document',
    (document) => (document.security = []),
    'the document: security is not supported.',
  ],
  [
    'components that are no schemas',
    (document) => (document.components.parameters = {}),
    'components: parameters is not supported.',
  ],
  [
    'servers of a path',
    (document) => Object.assign(document.paths[NAP] ?? {}, { servers: [] }),
    `${NAP}: servers is not supported.`,
  ],
  ...['servers', 'security', 'callbacks', 'externalDocs'].map((field): [string, Change, string] => [
    `${field} of an operation`,
    (_, operation) => (operation[field] = []),
    `${AT}: ${field} is not supported.`,
  ]),
  ...['style', 'explode', 'allowReserved', 'allowEmptyValue', 'examples'].map(
    (field): [string, Change, string] => [
      `${field} of a parameter`,
      (_, operation) => Object.assign(parameters(operation)[1] ?? {}, { [field]: true }),
      `${AT}, parameter hours: ${field} is not supported.`,
    ],
  ),
  [
    'a parameter in a cookie',
    (_, operation) => Object.assign(parameters(operation)[1] ?? {}, { in: 'cookie' }),
    `${AT}, parameter hours: parameters are in path, query or header.`,
  ],
  [
    'a query parameter that is required',
    (_, operation) => Object.assign(parameters(operation)[1] ?? {}, { required: true }),
    `${AT}, parameter hours: a required query parameter would become part of the path.`,
  ],
  [
    'two parameters of one name, whatever the case',
    (_, operation) => Object.assign(parameters(operation)[1] ?? {}, { name: 'Ocelot' }),
    `${AT}: a parameter's name occurs twice.`,
  ],
  [
    'a part of the path that nothing describes',
    (_, operation) => parameters(operation).shift(),
    `${AT}: the path and its parameters differ.`,
  ],
  [
    'a parameter that is not described',
    (_, operation) => delete parameters(operation)[0]?.description,
    `${AT}, parameter ocelot is not described.`,
  ],
  [
    'a parameter without an example',
    (_, operation) => delete parameters(operation)[0]?.example,
    `${AT}, parameter ocelot has no example.`,
  ],
  [
    'an operation without an id',
    (_, operation) => delete operation.operationId,
    `${AT}: operationId must be kebab-case, at most 76 characters.`,
  ],
  [
    'an id that the import would change',
    (_, operation) => (operation.operationId = 'Ocelots_nap'),
    `${AT}: operationId must be kebab-case, at most 76 characters.`,
  ],
  [
    'an id that the import would cut',
    (_, operation) => (operation.operationId = 'n'.repeat(77)),
    `${AT}: operationId must be kebab-case, at most 76 characters.`,
  ],
  [
    'an id that is there twice',
    (document, operation) => (document.paths['/v1/nap'] = { post: { ...operation, parameters: [] } }),
    'The operationId ocelots-nap occurs twice.',
  ],
  [
    'a summary that is too long',
    (_, operation) => (operation.summary = 'n'.repeat(301)),
    `${AT}: summary must have 1 to 300 characters.`,
  ],
  [
    'an operation that is not described',
    (_, operation) => delete operation.description,
    `${AT} is not described.`,
  ],
  [
    'a body that is not described',
    (_, operation) => delete (operation.requestBody as { description?: string }).description,
    `${AT}: a body is not described.`,
  ],
  [
    'the body of a GET',
    (document, operation) => (document.paths[NAP] = { get: operation }),
    `get ${NAP}: the body of a GET is discarded.`,
  ],
  [
    'a schema of an operation without a name',
    (_, operation) => (media(operation).schema = { type: 'object' }),
    `${AT}, application/json: the schema must be a named one.`,
  ],
  [
    'several examples',
    (_, operation) => (media(operation).examples = {}),
    `${AT}, application/json: examples is not supported.`,
  ],
  [
    'no example',
    (_, operation) => delete media(operation).example,
    `${AT}, application/json has no example.`,
  ],
  [
    'a reference to another document',
    (_, operation) => (media(operation).schema = { $ref: 'places.yaml#/Place' }),
    'The reference places.yaml#/Place leads to no schema of the document.',
  ],
  [
    'a reference that leads nowhere',
    (_, operation) => (media(operation).schema = { $ref: '#/components/schemas/Tree' }),
    'The reference #/components/schemas/Tree leads to no schema of the document.',
  ],
  [
    'a schema that is not described',
    (document) => delete place(document).description,
    'Place is not described.',
  ],
  [
    'a property that is not described',
    (document) => (place(document).properties = { tree: { type: 'string' } }),
    'Place.tree is not described.',
  ],
  [
    'a property deep inside that is not described',
    (document) =>
      (place(document).properties = {
        trees: {
          description: 'Trees.',
          anyOf: [{ type: 'array', items: { type: 'object', properties: { age: {} } } }],
        },
      }),
    'Place.trees[].age is not described.',
  ],
])('%s is one', (_, change, loss) => {
  expect(losses(change)).toContain(loss);
});

test('recursion is one, directly and through other schemas', () => {
  const found = losses((document) => {
    const { schemas } = document.components;
    schemas.Tree = { description: 'A tree.', items: { $ref: '#/components/schemas/Branch' } };
    schemas.Branch = { description: 'A branch.', anyOf: [{ $ref: '#/components/schemas/Tree' }] };
    place(document).items = { $ref: '#/components/schemas/Place' };
  });
  expect(found).toEqual(['Place is recursive.', 'Tree is recursive.', 'Branch is recursive.']);
});
