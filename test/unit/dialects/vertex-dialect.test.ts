import type { DialectRequest } from '../../../src/prediction/interfaces.ts';
import { vertexDialect } from '../../../src/dialects/vertex-dialect.ts';
import { thrownBy } from '../thrown-by.ts';

const PREDICT = 'v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';
const GENERATE =
  'v1/projects/sample-project/locations/us-central1/publishers/google/models/gemini-2.5-flash:streamGenerateContent';
const CONTENTS = '{"contents":[{"parts":[{"text":"Hi"}]}], "unknown" : 1.0}';

function request(path: string, body: string, query = ''): DialectRequest {
  return { method: 'POST', path, query: new URLSearchParams(query), header: () => null, body: Buffer.from(body) };
}

test('a predict call carries its instances and parameters', () => {
  const prediction = vertexDialect.readPrediction(
    request(PREDICT, '{"instances":[[5.1,3.5]],"parameters":{"a":1}}'),
  );
  expect(prediction).toEqual({
    apiVersion: 'v1',
    project: 'sample-project',
    location: 'us-central1',
    operation: 'predict',
    resource: { kind: 'endpoint', endpoint: '1234567890' },
    payload: { kind: 'instances', instances: [[5.1, 3.5]], parameters: { a: 1 } },
  });
});

test('a generate call carries the very bytes that came', () => {
  const call = request(GENERATE, CONTENTS);
  expect(vertexDialect.readPrediction(call).payload).toEqual({
    kind: 'bytes',
    bytes: call.body,
    streamFraming: 'json-array',
  });
});

test.each([
  ['', 'json-array'],
  ['alt=json', 'json-array'],
  ['alt=sse', 'sse'],
  ['key=x&alt=sse', 'sse'],
])('the query "%s" asks for %s', (query, streamFraming) => {
  expect(vertexDialect.readPrediction(request(GENERATE, CONTENTS, query)).payload).toMatchObject({
    streamFraming,
  });
});

test.each(['alt=media', 'alt=SSE', 'alt='])('the query %s is refused', (query) => {
  expect(thrownBy(() => vertexDialect.readPrediction(request(GENERATE, CONTENTS, query)))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: 'alt', description: 'takes json or sse' }],
  });
});

test.each([
  ['a path that is none', 'v1/unknown', '', 'OPERATION_NOT_FOUND'],
  ['a hostile location', PREDICT.replace('us-central1', 'evil.example%23'), '', 'INVALID_PATH'],
  ['a body that is no JSON', PREDICT, '{', 'INVALID_JSON'],
  ['a body of another shape', PREDICT, '{"contents":[{}]}', 'INVALID_REQUEST'],
  ['a body of another operation', GENERATE, '{"instances":[1]}', 'INVALID_REQUEST'],
])('%s is refused', (_, path, body, code) => {
  expect(thrownBy(() => vertexDialect.readPrediction(request(path, body))).code).toBe(code);
});

test.each([
  ['endpoints/1234567890:explain', '{"instances":[1]}'],
  ['endpoints/1234567890:generateContent', '{"contents":[]}'],
  ['publishers/google/models/gemini-2.5-flash:countTokens', '{}'],
  ['publishers/google/models/gemini-2.5-flash:predict', '{}'],
  ['batchPredictionJobs', '{"model":"publishers/google/models/gemini-2.5-flash","more":[1]}'],
  ['endpoints/openapi/chat/completions', '{"model":"google/gemini-2.5-flash"}'],
])('%s is decided on, but carries nothing to send', (path, body) => {
  const call = request(`v1/projects/sample-project/locations/us-central1/${path}`, body);
  expect(vertexDialect.readPrediction(call)).toMatchObject({ payload: undefined });
});

test.each(['', '{', '[]', '7', 'null'])('%j is no envelope of an operation that is not served', (body) => {
  const error = thrownBy(() =>
    vertexDialect.readPrediction(request(PREDICT.replace('predict', 'explain'), body)),
  );
  expect(['INVALID_JSON', 'INVALID_REQUEST']).toContain(error.code);
});

test('the short form carries the very bytes that came', () => {
  const call = request('v1/publishers/google/models/gemini-2.5-flash:generateContent', CONTENTS);
  expect(vertexDialect.readPrediction(call)).toMatchObject({
    project: undefined,
    location: undefined,
    payload: { bytes: call.body },
  });
});
