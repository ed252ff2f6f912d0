import { openAiDialect } from '../../../src/dialects/openai-dialect.ts';
import { isTextEmbedding } from '../../../src/dialects/openai-models.ts';
import type { UsableModel } from '../../../src/questions/list-models.ts';
import type { CatalogNames, ModelsQuestion, Question } from '../../../src/questions/question.ts';
import { thrownBy } from '../thrown-by.ts';

function usable(name: string, operations: readonly string[], more: Partial<UsableModel> = {}): UsableModel {
  return {
    name,
    project: 'sample-project',
    allowed: [{ locations: ['us-central1'], operations }],
    classification: 'internal',
    ...more,
  };
}

const FLASH = usable('flash', ['generateContent', 'chatCompletions'], {
  alias: 'fast',
  publisher: 'google',
  model: 'gemini-3.5-flash',
});
const TEXTS = usable('texts', ['predict'], { publisher: 'google', model: 'text-embedding-005' });
const CONTAINER = usable('container', ['rawPredict', 'chatCompletions'], { endpoint: '5678901234' });
const MODELS: readonly UsableModel[] = [
  usable('iris', ['predict'], { endpoint: '1234567890' }),
  FLASH,
  usable('silent', ['countTokens'], { publisher: 'google', model: 'gemini-3.1-pro-preview' }),
  usable('mistral', ['rawPredict'], { publisher: 'mistralai', model: 'mistral-small-2503' }),
  usable('claude', ['rawPredict'], { publisher: 'anthropic', model: 'claude-haiku-4-5@20251001' }),
  usable('tuned', ['streamGenerateContent'], { endpoint: '4567890123' }),
  usable('pictures', ['predict'], { publisher: 'google', model: 'imagen-4.0-generate-001' }),
  TEXTS,
  CONTAINER,
];

/** The catalog of these tests has the models, and one that the caller may not use. */
const CATALOG: CatalogNames = {
  nameOf: (resource) => {
    if (resource.kind === 'name' && resource.name === 'secret') return 'secret';
    return MODELS.find(({ name, alias, publisher, model, endpoint }) => {
      if (resource.kind === 'name') return [name, alias].includes(resource.name);
      if (resource.kind === 'model')
        return publisher === resource.publisher && [name, alias, model].includes(resource.model);
      return resource.kind === 'endpoint' && [name, alias, endpoint].includes(resource.endpoint);
    })?.name;
  },
  endOf: () => undefined,
  suggest: (asked, usable) => `Not ${asked}: ${usable.join(' ')}.`,
};

function ask(path: string): object | undefined {
  const question = openAiDialect.readQuestion({
    method: 'GET',
    path,
    query: new URLSearchParams(),
    header: () => null,
    body: Buffer.of(),
  }) as Question;
  expect(question.operation).toBe('models');
  return (question as ModelsQuestion).describe?.(MODELS, CATALOG);
}

const FLASH_OBJECT = { id: 'flash', object: 'model', created: 0, owned_by: 'google' };
const CONTAINER_OBJECT = { id: 'container', object: 'model', created: 0, owned_by: 'sample-project' };

test('the list has the models for responses, chats and embeddings, by the catalog’s names', () => {
  expect(ask('v1/models')).toEqual({
    object: 'list',
    data: [
      FLASH_OBJECT,
      { id: 'claude', object: 'model', created: 0, owned_by: 'anthropic' },
      { id: 'tuned', object: 'model', created: 0, owned_by: 'sample-project' },
      { id: 'texts', object: 'model', created: 0, owned_by: 'google' },
      CONTAINER_OBJECT,
    ],
  });
});

test.each([
  ['flash', FLASH_OBJECT],
  ['fast', FLASH_OBJECT],
  ['google%2Fgemini-3.5-flash', FLASH_OBJECT],
  ['google/gemini-3.5-flash', FLASH_OBJECT],
  ['google/fast', FLASH_OBJECT],
  ['publishers%2Fgoogle%2Fmodels%2Fgemini-3.5-flash', FLASH_OBJECT],
  ['container', CONTAINER_OBJECT],
  ['endpoints/5678901234', CONTAINER_OBJECT],
])('a model is found by %s, as a body would name it', (name, object) => {
  expect(ask(`v1/models/${name}`)).toEqual(object);
});

test.each(['silent', 'mistral', 'iris', 'secret'])(
  '%s is in the catalog, and not for the caller here',
  (name) => {
    const error = thrownBy(() => ask(`v1/models/${name}`));
    expect([error.code, error.facts.status]).toEqual(['MODEL_NOT_ALLOWED', 403]);
    expect(error.message).toContain(`Not ${name}: flash claude tuned texts container.`);
  },
);

test.each(['nothing', 'anthropic/flash', 'a%20b', 'google%252Fflash', '..'])(
  '%s is not in the catalog',
  (name) => {
    const error = thrownBy(() => ask(`v1/models/${name}`));
    expect([error.code, error.facts.status]).toEqual(['MODEL_NOT_FOUND', 404]);
  },
);

test('a name that can’t be decoded is refused', () => {
  expect(thrownBy(() => ask('v1/models/%ff')).code).toBe('INVALID_PATH');
});

test.each([
  ['text-embedding-005', true],
  ['text-embedding-004', true],
  ['text-multilingual-embedding-002', true],
  ['gemini-embedding-001', true],
  ['multimodalembedding@001', false],
  ['imagen-4.0-generate-001', false],
  ['my-text-embedding-005', false],
])('%s makes vectors of texts: %j', (model, expected) => {
  expect(isTextEmbedding({ publisher: 'google', model })).toBe(expected);
});
