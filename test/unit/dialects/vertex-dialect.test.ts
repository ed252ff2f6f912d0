import type { DialectRequest } from '../../../src/prediction/dialect.ts';
import type { InstancesPayload, Prediction } from '../../../src/prediction/prediction.ts';
import { vertexDialect } from '../../../src/dialects/vertex-dialect.ts';
import { rejectedBy } from '../thrown-by.ts';

const PREDICT = 'v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';
const GENERATE =
  'v1/projects/sample-project/locations/us-central1/publishers/google/models/gemini-3.5-flash:streamGenerateContent';
const CONTENTS = '{"contents":[{"parts":[{"text":"Hi"}]}], "unknown" : 1.0}';

function request(path: string, body: string, query = ''): DialectRequest {
  return {
    method: 'POST',
    path,
    query: new URLSearchParams(query),
    header: () => null,
    body: Buffer.from(body),
  };
}

async function read(call: DialectRequest): Promise<Prediction> {
  return vertexDialect.readPrediction(call);
}

test('a predict call carries its instances and parameters', async () => {
  const { payload, ...target } = await read(
    request(PREDICT, '{"instances":[[5.1,3.5]],"parameters":{"a":1}}'),
  );
  expect(target).toMatchObject({
    apiVersion: 'v1',
    project: 'sample-project',
    location: 'us-central1',
    operation: 'predict',
    resource: { kind: 'endpoint', endpoint: '1234567890' },
  });
  const { kind, instances, parameters } = payload as InstancesPayload;
  expect([kind, instances.toJson(), parameters?.toJson()]).toEqual(['instances', [[5.1, 3.5]], { a: 1 }]);
});

test.each([
  ['', 'json-array'],
  ['alt=json', 'json-array'],
  ['alt=sse', 'sse'],
  ['key=x&alt=sse', 'sse'],
])('the query "%s" asks for %s', async (query, framing) => {
  const { payload } = await read(request(GENERATE, CONTENTS, query));
  expect(payload).toEqual(expect.objectContaining({ kind: 'bytes', format: 'gemini', framing }));
});

test.each(['alt=media', 'alt=SSE', 'alt='])('the query %s is refused', async (query) => {
  expect(await rejectedBy(read(request(GENERATE, CONTENTS, query)))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: 'alt', description: 'must be json or sse' }],
  });
});

test.each([
  ['a path that is none', 'v1/unknown', '', 'OPERATION_NOT_FOUND'],
  ['a hostile location', PREDICT.replace('us-central1', 'evil.example%23'), '', 'INVALID_PATH'],
  ['a body that is no JSON', PREDICT, '{', 'INVALID_JSON'],
  ['a body of another shape', PREDICT, '{"contents":[{}]}', 'INVALID_REQUEST'],
  ['a body of another operation', GENERATE, '{"instances":[1]}', 'INVALID_REQUEST'],
])('%s is refused', async (_, path, body, code) => {
  expect((await rejectedBy(read(request(path, body)))).code).toBe(code);
});

test.each(['', '{', '[]', '7', 'null', '{"instances":[]}'])('%j is no body of explain', async (body) => {
  const error = await rejectedBy(read(request(PREDICT.replace('predict', 'explain'), body)));
  expect(['INVALID_JSON', 'INVALID_REQUEST']).toContain(error.code);
});

test.each([
  [undefined, true],
  ['application/json', true],
  ['Application/JSON; charset=utf-8', true],
  ['application/vnd.api+json', true],
  ['text/csv', false],
  ['application/x-json-stream', false],
  ['application/octet-stream', false],
])('with the content type %s a container’s body is read as JSON: %s', async (contentType, isJson) => {
  const call: DialectRequest = {
    ...request(PREDICT.replace('predict', 'rawPredict'), '{"half":'),
    header: (name) => (name === 'content-type' ? (contentType ?? null) : null),
  };
  if (isJson) expect((await rejectedBy(read(call))).code).toBe('INVALID_JSON');
  else expect((await read(call)).payload).toMatchObject({ format: 'shaped' });
});

test('a body of a publisher’s model must be JSON, whatever it is said to be', async () => {
  const call: DialectRequest = {
    ...request(
      GENERATE.replace(
        'google/models/gemini-3.5-flash:streamGenerateContent',
        'mistralai/models/m:rawPredict',
      ),
      'a,b',
    ),
    header: () => 'text/csv',
  };
  expect((await rejectedBy(read(call))).code).toBe('INVALID_JSON');
});

test('the short form leaves project and location to the decision', async () => {
  const call = request('v1/publishers/google/models/gemini-3.5-flash:generateContent', CONTENTS);
  expect(await read(call)).toEqual(expect.objectContaining({ project: undefined, location: undefined }));
});
