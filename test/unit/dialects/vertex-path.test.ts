import fc from 'fast-check';
import { readVertexPath } from '../../../src/dialects/vertex-path.ts';
import { thrownBy } from '../thrown-by.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

const ENDPOINT = 'v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';
const MODEL =
  'v1beta1/projects/sample-project/locations/global/publishers/google/models/gemini-3.5-flash:streamGenerateContent';

function code(path: string, method = 'POST'): string {
  return thrownBy(() => readVertexPath(method, path)).code;
}

test('reads the path of a custom endpoint', () => {
  expect(readVertexPath('POST', ENDPOINT)).toEqual({
    apiVersion: 'v1',
    project: 'sample-project',
    location: 'us-central1',
    operation: 'predict',
    verb: 'predict',
    resource: { kind: 'endpoint', endpoint: '1234567890' },
  });
});

test('reads the path of a publisher model', () => {
  expect(readVertexPath('POST', MODEL)).toEqual({
    apiVersion: 'v1beta1',
    project: 'sample-project',
    location: 'global',
    operation: 'streamGenerateContent',
    verb: 'streamGenerateContent',
    resource: { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' },
  });
});

test.each([
  [
    'fetchPredictOperation is granted with the operation that it looks after',
    'publishers/google/models/veo-3.1:fetchPredictOperation',
    { operation: 'predictLongRunning', verb: 'fetchPredictOperation' },
  ],
  [
    'tokens of Claude are counted under one name, and the body says of which model',
    'publishers/anthropic/models/count-tokens:rawPredict',
    { operation: 'countTokens', verb: 'rawPredict', resource: undefined, publisher: 'anthropic' },
  ],
  [
    'the chat of publisher models has its model in the body',
    'endpoints/openapi/chat/completions',
    { operation: 'chatCompletions', verb: 'completions', resource: undefined },
  ],
  [
    'an endpoint has a chat of its own',
    'endpoints/1234567890/chat/completions',
    { operation: 'chatCompletions', resource: { kind: 'endpoint', endpoint: '1234567890' } },
  ],
])('%s', (_, path, expected) => {
  const parent = 'v1/projects/sample-project/locations/us-central1';
  expect(readVertexPath('POST', `${parent}/${path}`)).toMatchObject(expected);
});

test('a percent-encoded path means the same as a plain one', () => {
  const encoded = MODEL.replaceAll(
    /[a-z0-9:.-]/gi,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  expect(readVertexPath('POST', encoded)).toEqual(readVertexPath('POST', MODEL));
});

test('a project number and a model with a version are accepted', () => {
  const path = MODEL.replace('sample-project', '123456789012').replace('flash', 'flash@001');
  expect(readVertexPath('POST', path)).toMatchObject({
    project: '123456789012',
    resource: { model: 'gemini-3.5-flash@001' },
  });
});

const HOSTILE = {
  'an encoded slash': 'a%2Fb',
  'an encoded backslash': 'a%5Cb',
  'a doubly encoded slash': 'a%252Fb',
  'encoded dots': '%2e%2e',
  'a doubly encoded dot': '%252e',
  'dots and a slash': '..%2f..',
  dots: '..',
  'an encoded question mark': 'us-central1%3Fx=y',
  'an encoded hash': 'evil.example%23',
  'a hash': 'evil.example#',
  'a host suffix': 'us-central1.evil',
  'a user part': 'us-central1@evil',
  'a port': 'us-central1%3A443',
  'a line feed': 'us-central1%0A',
  'a carriage return and header': 'us-central1%0D%0Ahost%3A%20evil',
  'a null character': 'us-central1%00',
  'a raw control character': 'us-central1\u0007',
  'a space': 'us-central1%20',
  nothing: '',
  'a letter of another script': 'us-\u0441entral1',
  'a full-width dot': 'us%EF%BC%8Ecentral1',
};
const PARTS = {
  project: (part: string) => ENDPOINT.replace('sample-project', part),
  location: (part: string) => ENDPOINT.replace('us-central1', part),
  publisher: (part: string) => MODEL.replace('google', part),
};
const CASES = Object.entries(PARTS).flatMap(([name, path]) =>
  Object.entries(HOSTILE).map(([what, part]) => [what, name, path(part)] as const),
);

test.each(CASES)('%s as %s is an invalid path', (_, part, path) => {
  const error = thrownBy(() => readVertexPath('POST', path));
  expect(error.code).toBe('INVALID_PATH');
  expect(error.violations.map(({ field }) => field)).toEqual([part]);
  expect(error.message).not.toContain('evil');
});

test.each(
  Object.entries(HOSTILE).filter(([what]) => !['a port', 'a user part', 'a host suffix'].includes(what)),
)('%s in a model or an endpoint is refused', (_, part) => {
  for (const path of [ENDPOINT.replace('1234567890', part), MODEL.replace('gemini-3.5-flash', part)]) {
    expect(['INVALID_PATH', 'OPERATION_NOT_FOUND']).toContain(code(path));
  }
});

test.each(['%', '%2', '%zz', '%C0%AF', '%E0%80%AF', '%FF'])(
  'a percent-encoding %s that is not valid UTF-8 is an invalid path',
  (encoding) => {
    expect(code(ENDPOINT.replace('us-central1', encoding))).toBe('INVALID_PATH');
  },
);

test.each([
  ['an unknown version', ENDPOINT.replace('v1/', 'v2/')],
  ['an unknown operation', ENDPOINT.replace(':predict', ':predictAll')],
  ['an operation of models on an endpoint', ENDPOINT.replace(':predict', ':embedContent')],
  ['an operation of endpoints on a model', MODEL.replace(':streamGenerateContent', ':explain')],
  ['an operation in another case', ENDPOINT.replace(':predict', ':Predict')],
  ['an operation with a control character', ENDPOINT.replace(':predict', ':predict%0A')],
  ['no operation', ENDPOINT.replace(':predict', '')],
  ['two operations', `${ENDPOINT}:predict`],
  ['an operation after an encoded colon and another', ENDPOINT.replace(':', '%3Apredict:')],
  ['a part too many', `${ENDPOINT}/more`],
  ['a slash at the end', `${ENDPOINT}/`],
  ['a slash at the start', `/${ENDPOINT}`],
  ['an empty part', ENDPOINT.replace('/endpoints', '//endpoints')],
  ['another collection', ENDPOINT.replace('endpoints', 'models')],
  ['a collection in another case', ENDPOINT.replace('endpoints', 'Endpoints')],
  ['no location', 'v1/projects/sample-project/endpoints/1:predict'],
  ['no project', 'v1/locations/us-central1/endpoints/1:predict'],
  ['the short form of an endpoint', 'v1/endpoints/1234567890:predict'],
  [
    'the short form with a part too many',
    'v1/publishers/google/models/gemini-3.5-flash:generateContent/more',
  ],
  ['the short form without a model', 'v1/publishers/google/models'],
  ['one job of a collection', 'v1/projects/sample-project/locations/us-central1/batchPredictionJobs/1'],
  [
    'a collection with a verb',
    'v1/projects/sample-project/locations/us-central1/cachedContents:generateContent',
  ],
  ['a verb of a collection without a project', 'v1/batchPredictionJobs:cancel'],
  ['half of the path of chats', 'v1/projects/sample-project/locations/us-central1/endpoints/openapi/chat'],
  [
    'more than the path of chats',
    'v1/projects/sample-project/locations/us-central1/endpoints/openapi/chat/completions/1',
  ],
  [
    'an encoded slash in the path of chats',
    'v1/projects/sample-project/locations/us-central1/endpoints/openapi/chat%2Fcompletions',
  ],
  ['only a version', 'v1'],
  ['nothing', ''],
  ['the name of a member of every object', 'v1/__proto__/constructor'],
])('%s is no operation of the gateway', (_, path) => {
  expect(code(path)).toBe('OPERATION_NOT_FOUND');
});

test.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'post'])(
  '%s is no operation of the gateway',
  (method) => {
    expect(code(ENDPOINT, method)).toBe('OPERATION_NOT_FOUND');
  },
);

test('a path that is cut short is refused wherever it is cut', () => {
  for (let index = 0; index < ENDPOINT.length; index += 1) {
    expect(['INVALID_PATH', 'OPERATION_NOT_FOUND']).toContain(code(ENDPOINT.slice(0, index)));
  }
});

test('no part of an accepted path can leave its place in a host, a path or a resource name', () => {
  const part = fc.oneof(
    anyText({ maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('a', '1', '-', '.', '_', '@', ':', '/', '%', '2', 'F', '#', '?'),
      maxLength: 12,
    }),
    fc.constantFrom('us-central1', 'sample-project', 'google', 'gemini-3.5-flash'),
  );
  fc.assert(
    fc.property(part, part, part, part, (project, location, publisher, model) => {
      const path = `v1/projects/${project}/locations/${location}/publishers/${publisher}/models/${model}:generateContent`;
      let read;
      try {
        read = readVertexPath('POST', path);
      } catch (error) {
        expect(['INVALID_PATH', 'OPERATION_NOT_FOUND']).toContain((error as { code?: unknown }).code);
        return;
      }
      const { resource } = read;
      if (resource?.kind !== 'model') throw new Error('not a model');
      expect(new URL(`https://${read.location ?? ''}-aiplatform.googleapis.com`).hostname).toBe(
        `${read.location}-aiplatform.googleapis.com`,
      );
      const name = `/projects/${read.project}/publishers/${resource.publisher}/models/${resource.model}`;
      expect(new URL(`https://host${name}`).pathname).toBe(name);
      expect(name.split('/')).toHaveLength(7);
    }),
    { numRuns: 1000 },
  );
});
