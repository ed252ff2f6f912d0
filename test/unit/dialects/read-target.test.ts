import fc from 'fast-check';
import { readTarget } from '../../../src/dialects/vertex-path.ts';
import type { CallTarget } from '../../../src/governance/call-target.ts';
import { jsonOf } from '../json-of.ts';
import { thrownBy } from '../thrown-by.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

const PARENT = 'v1/projects/sample-project/locations/us-central1';
const FLASH: CallTarget['resource'] = { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' };
const WHERE = { apiVersion: 'v1', project: 'sample-project', location: 'us-central1' };

/** The paths whose body names the model, with their operations. */
const BODY_FORMS = [
  ['batchPredictionJobs', 'batchPredict'],
  ['cachedContents', 'cacheContent'],
  ['endpoints/openapi/chat/completions', 'chatCompletions'],
] as const;

function read(path: string, body?: unknown) {
  return readTarget('POST', path, body === undefined ? undefined : jsonOf(body));
}

test.each([
  'predict',
  'rawPredict',
  'streamRawPredict',
  'explain',
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'computeTokens',
  'predictLongRunning',
])('an endpoint, also one of a tuned model, is reached with %s', (operation) => {
  expect(read(`${PARENT}/endpoints/42:${operation}`, {})).toEqual({
    ...WHERE,
    operation,
    resource: { kind: 'endpoint', endpoint: '42' },
  });
});

test.each([
  'predict',
  'rawPredict',
  'streamRawPredict',
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'computeTokens',
  'embedContent',
  'predictLongRunning',
])('a publisher model is reached with %s, with and without a project', (operation) => {
  const path = `publishers/google/models/gemini-3.5-flash:${operation}`;
  expect(read(`${PARENT}/${path}`, {})).toEqual({ ...WHERE, operation, resource: FLASH });
  expect(read(`v1beta1/${path}`, {})).toEqual({
    apiVersion: 'v1beta1',
    project: undefined,
    location: undefined,
    operation,
    resource: FLASH,
  });
});

test.each(BODY_FORMS)('a model in the body of %s counts as one in the path', (path, operation) => {
  for (const model of [
    'google/gemini-3.5-flash',
    'publishers/google/models/gemini-3.5-flash',
    'projects/sample-project/locations/us-central1/publishers/google/models/gemini-3.5-flash',
  ]) {
    expect(read(`${PARENT}/${path}`, { model })).toEqual({ ...WHERE, operation, resource: FLASH });
  }
});

test.each(BODY_FORMS)('an alias in the body of %s is left to the catalog', (path, operation) => {
  for (const model of ['gemini-fast', 'models/gemini-fast']) {
    const resource = { kind: 'name', name: 'gemini-fast' };
    expect(read(`${PARENT}/${path}`, { model })).toEqual({ ...WHERE, operation, resource });
  }
});

test.each(BODY_FORMS)('an endpoint in the body of %s is an endpoint', (path) => {
  for (const model of ['endpoints/42', 'projects/sample-project/locations/us-central1/endpoints/42']) {
    expect(read(`${PARENT}/${path}`, { model }).resource).toEqual({ kind: 'endpoint', endpoint: '42' });
  }
});

test('a chat with a custom endpoint is that endpoint’s, whatever the body names', () => {
  expect(read(`${PARENT}/endpoints/42/chat/completions`, { model: 'google/gemini-3.1-pro-preview' })).toEqual(
    {
      ...WHERE,
      operation: 'chatCompletions',
      resource: { kind: 'endpoint', endpoint: '42' },
    },
  );
});

test.each([`${PARENT}/`, 'v1/'])(
  'tokens of Claude below %s are counted for the model in the body',
  (parent) => {
    const path = `${parent}publishers/anthropic/models/count-tokens:rawPredict`;
    const model = 'claude-haiku-4-5@20251001';
    expect(read(path, { model })).toMatchObject({
      operation: 'countTokens',
      resource: { kind: 'model', publisher: 'anthropic', model },
    });
  },
);

test('count-tokens of another publisher, or with another verb, is a model of that name', () => {
  for (const name of [
    'google/models/count-tokens:rawPredict',
    'anthropic/models/count-tokens:streamRawPredict',
  ])
    expect(read(`${PARENT}/publishers/${name}`, {}).resource).toMatchObject({ model: 'count-tokens' });
});

test.each(BODY_FORMS)('%s without a model that can be read is refused', (path) => {
  for (const body of [
    undefined,
    null,
    [],
    'google/gemini-3.5-flash',
    {},
    { model: null },
    { model: 7 },
    { model: ['google/gemini-3.5-flash'] },
    { model: '' },
    { model: '/' },
    { model: 'google/' },
    { model: '/gemini-3.5-flash' },
    { model: 'google//gemini-3.5-flash' },
    { model: 'google/gemini-3.5-flash/' },
    { model: '../gemini-3.5-flash' },
    { model: 'publishers/google/models/..' },
    { model: 'publishers/google/models/gemini-3.5-flash:generateContent' },
    { model: 'google%2Fgemini-3.5-flash' },
    { model: 'gemini%2D3.5-flash' },
    { model: 'google/gemini-3.5-flash\n' },
    { model: 'google/gemini-3.5-flash?x' },
    { model: 'projects/sample-project/locations/us-central1' },
    { model: 'projects/sample-project/locations/us-central1/models/7' },
    { model: 'projects/sample-project/publishers/google/models/gemini-3.5-flash' },
    { model: 'projects/Sample/locations/us-central1/publishers/google/models/gemini-3.5-flash' },
  ]) {
    const error = thrownBy(() => read(`${PARENT}/${path}`, body));
    expect([body, error.code]).toEqual([body, 'INVALID_REQUEST']);
    expect(error.violations.map(({ field }) => field)).toEqual(['model']);
  }
});

test.each([
  ['project', 'projects/other-project/locations/us-central1/publishers/google/models/gemini-3.5-flash'],
  ['location', 'projects/sample-project/locations/europe-west4/publishers/google/models/gemini-3.5-flash'],
])('a model in a body that names another %s than the path is refused', (part, model) => {
  for (const [path] of BODY_FORMS) {
    expect(thrownBy(() => read(`${PARENT}/${path}`, { model }))).toMatchObject({
      code: 'INVALID_REQUEST',
      message: `The body is not valid: model: names another ${part} than the path.`,
    });
  }
});

test('a body may say again which model the path names, and no other', () => {
  const path = `${PARENT}/publishers/google/models/gemini-3.5-flash:countTokens`;
  for (const model of [
    'gemini-3.5-flash',
    'models/gemini-3.5-flash',
    'google/gemini-3.5-flash',
    'projects/sample-project/locations/us-central1/publishers/google/models/gemini-3.5-flash',
  ]) {
    expect(read(path, { model }).resource).toEqual(FLASH);
  }
  for (const model of [
    'gemini-3.1-pro-preview',
    'publishers/google/models/gemini-3.1-pro-preview',
    'anthropic/gemini-3.5-flash',
    'projects/other-project/locations/us-central1/publishers/google/models/gemini-3.5-flash',
    'projects/sample-project/locations/global/publishers/google/models/gemini-3.5-flash',
    'endpoints/42',
    7,
  ]) {
    expect(thrownBy(() => read(path, { model }))).toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'The body is not valid: model: names another model than the path.',
    });
  }
});

test('members that every object inherits name no model', () => {
  for (const [path] of BODY_FORMS) {
    const body = Object.create({ model: 'google/gemini-3.5-flash' }) as unknown;
    expect(thrownBy(() => read(`${PARENT}/${path}`, body)).code).toBe('INVALID_REQUEST');
  }
});

test('no model of a body can leave its place in a resource name', () => {
  const part = fc.oneof(
    anyText({ maxLength: 8 }),
    fc.constantFrom('google', 'models', 'publishers', 'projects', 'endpoints', '..', '%2e', ''),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      let target;
      try {
        target = read(`${PARENT}/cachedContents`, { model: parts.join('/') });
      } catch (error) {
        expect((error as { code?: unknown }).code).toBe('INVALID_REQUEST');
        return;
      }
      const { kind, ...names } = target.resource;
      expect(['model', 'endpoint', 'name']).toContain(kind);
      for (const name of Object.values(names)) expect(name).toMatch(/^[A-Za-z0-9][\w.@-]*$/);
    }),
    { numRuns: 1000 },
  );
});

test('a collection in the short form is where a full name in the body says, or left open', () => {
  const model = 'projects/sample-project/locations/europe-west4/publishers/google/models/gemini-3.5-flash';
  expect(read('v1/cachedContents', { model })).toMatchObject({
    project: 'sample-project',
    location: 'europe-west4',
    operation: 'cacheContent',
    resource: { publisher: 'google', model: 'gemini-3.5-flash' },
  });
  expect(read('v1/batchPredictionJobs', { model: 'gemini-fast' })).toMatchObject({
    project: undefined,
    location: undefined,
    resource: { kind: 'name', name: 'gemini-fast' },
  });
  expect(readTarget('GET', 'v1/batchPredictionJobs/7', undefined)).toMatchObject({ location: undefined });
});
