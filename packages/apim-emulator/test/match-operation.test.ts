import { compileOperations } from '../src/service/match-operation.ts';
import type { Match } from '../src/service/match-operation.ts';
import type { ApiDefinition, OperationDefinition } from '../src/service/service-definition.ts';

function operation(id: string, method: string, urlTemplate: string): OperationDefinition {
  const requestBody = { required: false, content: new Map() };
  const contract = { parameters: [], requestBody, responses: new Map(), schemas: {} };
  return { id, method, urlTemplate, displayName: id, policy: undefined, contract };
}

function api(path: string, operations: OperationDefinition[]): ApiDefinition {
  const keyNames = { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' };
  return {
    id: path,
    path,
    operations,
    keyNames,
    displayName: path,
    serviceUrl: undefined,
    subscriptionRequired: true,
    revision: '1',
    policy: undefined,
  };
}

const match = compileOperations([
  api('vertex', [
    operation('predict', 'POST', '/{version}/locations/{location}/endpoints/{endpoint}:predict'),
    operation('generate', 'POST', '/{version}/models/{model}:generateContent'),
    operation('stream', 'POST', '/{version}/models/{model}:streamGenerateContent'),
    operation('any', 'GET', '/{version}/models/{model}'),
    operation('latest', 'GET', '/{version}/models/latest'),
  ]),
  api('vertex/admin', [operation('list', 'GET', '/')]),
]);

function found(method: string, path: string): string | undefined {
  return match(method, path)?.operation?.id;
}

function parameters(result: Match | undefined): Record<string, string> {
  return Object.fromEntries(result?.parameters ?? []);
}

test('a template with a verb after its last parameter matches', () => {
  const result = match('POST', '/vertex/v1/locations/us-central1/endpoints/123:predict');
  expect(result?.operation?.id).toBe('predict');
  expect(parameters(result)).toEqual({ version: 'v1', location: 'us-central1', endpoint: '123' });
  expect(result?.path).toBe('/v1/locations/us-central1/endpoints/123:predict');
});

test('verbs that end alike are told apart', () => {
  expect(found('POST', '/vertex/v1/models/gemini:generateContent')).toBe('generate');
  expect(found('POST', '/vertex/v1/models/gemini:streamGenerateContent')).toBe('stream');
});

test('a template with more literal text wins', () => {
  expect(found('GET', '/vertex/v1/models/latest')).toBe('latest');
  expect(found('GET', '/vertex/v1/models/other')).toBe('any');
});

test('the longest path of an API wins', () => {
  expect(match('GET', '/vertex/admin/')?.api.id).toBe('vertex/admin');
});

test('an encoded slash stays within its segment', () => {
  const result = match('POST', '/vertex/v1/locations/us%2Fcentral1/endpoints/1%2e%2E:predict');
  expect(parameters(result)).toEqual({ version: 'v1', location: 'us%2Fcentral1', endpoint: '1%2e%2E' });
});

test('a slash at the end makes no difference, and is forwarded', () => {
  const result = match('GET', '/vertex/v1/models/a/');
  expect([result?.operation?.id, result?.path]).toEqual(['any', '/v1/models/a/']);
  expect(parameters(result)).toEqual({ version: 'v1', model: 'a' });
});

test('dot segments are segments like any other', () => {
  expect(parameters(match('GET', '/vertex/../models/..'))).toEqual({ version: '..', model: '..' });
  expect(found('GET', '/vertex/v1/x/../models/a')).toBeUndefined();
});

test.each([
  ['HEAD', '/vertex/v1/models/a'],
  ['GET', '/vertex/v1/models/'],
  ['GET', '/vertex/v1//models/a'],
  ['GET', '/vertex/v1/models/a//'],
  ['POST', '/vertex/v1/models/:generateContent'],
])('%s %s matches no operation, but the API', (method, path) => {
  expect(match(method, path)?.api.id).toBe('vertex');
  expect(found(method, path)).toBeUndefined();
});

test.each(['/', '/other/v1/models/a', '/vertexx/v1/models/a', 'http://evil.example/vertex/v1/models/a'])(
  '%s matches no API',
  (path) => expect(match('GET', path)).toBeUndefined(),
);
