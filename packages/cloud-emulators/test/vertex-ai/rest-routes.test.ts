import { ENDPOINT, MODEL, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const REQUEST = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const PREDICT = `v1/${ENDPOINT}:predict`;
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());
beforeEach(() => vertex.emulator.control.clear());

test('classifies on REST as on gRPC', async () => {
  const response = await vertex.post(PREDICT, { instances: [[6.3, 3.3, 6, 2.5]] });
  expect(response.statusCode).toBe(200);
  expect(await response.body.json()).toEqual({
    predictions: [
      {
        classes: ['setosa', 'versicolor', 'virginica'],
        scores: [expect.any(Number), expect.any(Number), expect.any(Number)],
      },
    ],
    deployedModelId: '2345678901234567890',
    model: 'projects/123456789012/locations/us-central1/models/3456789012345678901',
    modelDisplayName: 'iris-classifier',
    modelVersionId: '1',
  });
});

test('names the instance that it cannot classify', async () => {
  const response = await vertex.post(PREDICT, { instances: [[6.3, 3.3, 6]] });
  expect(response.statusCode).toBe(400);
  expect(await response.body.json()).toMatchObject({
    error: {
      status: 'INVALID_ARGUMENT',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'instances[0]' }],
        },
      ],
    },
  });
});

test('refuses an unknown field of predict', async () => {
  const response = await vertex.post(PREDICT, { instances: [], instance: [] });
  expect(await response.body.json()).toMatchObject({
    error: { message: 'Invalid JSON payload received. Unknown name "instance": Cannot find field.' },
  });
});

test('refuses a predict of more than 1.5 MB', async () => {
  const response = await vertex.post(PREDICT, { instances: ['x'.repeat(1_600_000)] });
  expect(response.statusCode).toBe(400);
  expect(await response.body.text()).toContain('exceeds 1.500MB limit');
});

test.each([
  [{}, 'CREDENTIALS_MISSING'],
  [{ authorization: 'Bearer a-bad-token' }, 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
  [{ authorization: 'Basic abc' }, 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
])('answers 401 to the headers %j, before it looks at the rest', async (headers, reason) => {
  const response = await vertex.post(`${MODEL}:generateContent`, { foo: 1 }, { headers });
  expect(response.statusCode).toBe(401);
  expect(response.headers['www-authenticate']).toContain('Bearer realm=');
  expect(await response.body.json()).toMatchObject({
    error: {
      code: 401,
      status: 'UNAUTHENTICATED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason,
          domain: 'googleapis.com',
          metadata: {
            service: 'aiplatform.googleapis.com',
            method: 'google.cloud.aiplatform.v1.PredictionService.GenerateContent',
          },
        },
      ],
    },
  });
});

test.each([
  MODEL.replace('sample-project', 'other-project'),
  MODEL.replace('locations/us', 'locations/us-central1'),
  MODEL.replace('locations/us', 'locations/europe-west4'),
  MODEL.replace('3.5-flash', '3.1-pro-preview'),
  MODEL.replace('google', 'anthropic'),
  MODEL.replace('gemini-3.5-flash', 'gemini-9'),
  MODEL.replace('gemini-3.5-flash', '..%2Fgemini-3.5-flash'),
])('answers 404 to the model %s', async (model) => {
  const response = await vertex.post(`${model}:generateContent`, REQUEST);
  expect(response.statusCode).toBe(404);
  expect(await response.body.json()).toMatchObject({
    error: {
      code: 404,
      status: 'NOT_FOUND',
      message: expect.stringMatching(
        /^Publisher Model `projects\/.+` was not found or your project does not have access to it\./,
      ) as string,
    },
  });
});

test('answers 404 to another endpoint', async () => {
  const name = ENDPOINT.replace('1234567890', '1');
  const response = await vertex.post(`v1/${name}:predict`, { instances: [[1, 2, 3, 4]] });
  expect(await response.body.json()).toEqual({
    error: { code: 404, message: `Endpoint \`${name}\` not found.`, status: 'NOT_FOUND' },
  });
});

test.each([
  '',
  'v1',
  'v2/projects/p/locations/l/endpoints/e:predict',
  `v1/${ENDPOINT}`,
  `v1/${ENDPOINT}/x:predict`,
])('answers a page to the path /%s, which the API does not have', async (path) => {
  const response = await vertex.post(path, {});
  expect(response.statusCode).toBe(404);
  expect(response.headers['content-type']).toBe('text/html; charset=UTF-8');
  await response.body.dump();
});

test.each([
  `v1/${ENDPOINT}:streamDirectPredict`,
  `${MODEL}:serverStreamingPredict`,
  'v1beta1/publishers/google/models/gemini-3.5-flash:generateContent',
])('refuses %s, which only the real service has', async (path) => {
  const response = await vertex.post(path, {});
  expect(response.statusCode).toBe(501);
  expect(await response.body.json()).toMatchObject({ error: { status: 'UNIMPLEMENTED' } });
});

test('refuses query parameters that it does not know', async () => {
  const unknown = await vertex.post(`${MODEL}:generateContent?foo=1`, REQUEST);
  expect(unknown.statusCode).toBe(400);
  expect(await unknown.body.text()).toContain('Cannot bind query parameter');
  const form = await vertex.post(`${MODEL}:generateContent?alt=proto`, REQUEST);
  expect(form.statusCode).toBe(501);
  await form.body.dump();
});

test('records a REST call as it came', async () => {
  const response = await vertex.post(`${MODEL}:generateContent`, REQUEST);
  await response.body.dump();
  expect(vertex.emulator.control.requests()).toMatchObject([
    {
      method: 'POST',
      path: `/${MODEL}:generateContent`,
      body: JSON.stringify(REQUEST),
      bodyEncoding: 'utf8',
    },
  ]);
});
