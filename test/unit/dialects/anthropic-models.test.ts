import { anthropicDialect } from '../../../src/dialects/anthropic-dialect.ts';
import type { UsableModel } from '../../../src/questions/list-models.ts';
import type { CatalogNames, ModelsQuestion } from '../../../src/questions/question.ts';
import type { GatewayError } from '../../../src/errors/gateway-error.ts';
import { rejectedBy, thrownBy } from '../thrown-by.ts';

function usable(name: string, more: Partial<UsableModel> = {}): UsableModel {
  return {
    name,
    project: 'sample-project',
    allowed: [{ locations: ['global'], operations: ['streamRawPredict', 'countTokens'] }],
    classification: 'internal',
    publisher: 'anthropic',
    model: `${name}@20260101`,
    ...more,
  };
}

const COUNTS_ONLY = { allowed: [{ locations: ['global'], operations: ['countTokens'] }] };
const MODELS: readonly UsableModel[] = [
  usable('gemini', { publisher: 'google' }),
  usable('claude-a'),
  usable('claude-counts', COUNTS_ONLY),
  usable('claude-b'),
  usable('claude-c'),
  usable('claude-d'),
];
const CATALOG: CatalogNames = {
  nameOf: (resource) =>
    resource.kind === 'model'
      ? [...MODELS, usable('claude-secret')].find(
          ({ name, model, publisher }) =>
            publisher === resource.publisher && [name, model].includes(resource.model),
        )?.name
      : undefined,
  endOf: () => undefined,
  suggest: (asked, names) => `Not ${asked}: ${names.join(' ')}.`,
};

interface Page {
  readonly data: readonly { readonly id: string }[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

async function ask(path: string, models = MODELS): Promise<object | undefined> {
  const [below = '', query] = path.split('?');
  const question = await anthropicDialect.readQuestion({
    method: 'GET',
    path: below,
    query: new URLSearchParams(query),
    header: () => null,
    body: Buffer.of(),
  });
  expect(question.operation).toBe('models');
  return (question as ModelsQuestion).describe?.(models, CATALOG);
}

async function refusal(path: string): Promise<GatewayError> {
  return rejectedBy(ask(path));
}

const described = (id: string) => ({
  type: 'model',
  id,
  display_name: id,
  created_at: '1970-01-01T00:00:00Z',
});

test('the list has the Claude models that answer messages, as Anthropic describes models', async () => {
  expect(await ask('v1/models')).toEqual({
    data: ['claude-a', 'claude-b', 'claude-c', 'claude-d'].map(described),
    has_more: false,
    first_id: 'claude-a',
    last_id: 'claude-d',
  });
});

test.each([
  ['limit=1000', ['claude-a', 'claude-b', 'claude-c', 'claude-d'], false],
  ['limit=2', ['claude-a', 'claude-b'], true],
  ['limit=2&after_id=claude-b', ['claude-c', 'claude-d'], false],
  ['limit=1&after_id=claude-b&beta=true', ['claude-c'], true],
  ['after_id=claude-d', [], false],
  ['limit=2&before_id=claude-d', ['claude-b', 'claude-c'], true],
  ['before_id=claude-b', ['claude-a'], false],
  ['before_id=claude-a&limit=1', [], false],
])('the page %s has %j', async (query, ids, hasMore) => {
  const { data, has_more, first_id, last_id } = (await ask(`v1/models?${query}`)) as Page;
  expect([data.map(({ id }) => id), has_more]).toEqual([ids, hasMore]);
  expect([first_id, last_id]).toEqual([ids[0] ?? null, ids.at(-1) ?? null]);
});

test('a caller without a Claude model gets an empty list', async () => {
  expect(await ask('v1/models', [])).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
});

test.each([
  ['limit=0', 'limit'],
  ['limit=1001', 'limit'],
  ['limit=many', 'limit'],
  ['limit=1&limit=2', 'limit'],
  ['after_id=claude-counts', 'after_id'],
  ['before_id=gemini', 'before_id'],
  ['after_id=%00', 'after_id'],
  ['after_id=claude-a&before_id=claude-b', 'before_id'],
])('the query %s is refused, because of %s', async (query, field) => {
  expect(await refusal(`v1/models?${query}`)).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field }],
  });
});

test.each(['claude-a', 'claude-a@20260101', 'anthropic%2Fclaude-a', 'publishers/anthropic/models/claude-a'])(
  'a model is found by %s, as a message would name it',
  async (name) => expect(await ask(`v1/models/${name}`)).toEqual(described('claude-a')),
);

test.each([
  ['claude-secret', 'MODEL_NOT_ALLOWED'],
  ['claude-counts', 'MODEL_NOT_ALLOWED'],
  ['claude-z', 'MODEL_NOT_FOUND'],
  ['google%2Fgemini', 'MODEL_NOT_ALLOWED'],
])('%s is refused with %s, and the names that may be used', async (name, code) => {
  const error = await refusal(`v1/models/${name}`);
  expect(error.code).toBe(code);
  expect(error.message).toContain('claude-a claude-b');
});

test('another GET is no operation of the surface', () => {
  const request = { method: 'GET', path: 'v1/messages', query: new URLSearchParams(), body: Buffer.of() };
  expect(thrownBy(() => anthropicDialect.readQuestion({ ...request, header: () => null })).code).toBe(
    'OPERATION_NOT_FOUND',
  );
});
