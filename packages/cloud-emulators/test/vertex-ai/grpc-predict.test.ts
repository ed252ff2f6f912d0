import { Metadata } from '@grpc/grpc-js';
import { helpers } from '@google-cloud/aiplatform';
import { ENDPOINT, NOW, startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const PATH = '/google.cloud.aiplatform.v1.PredictionService/Predict';
const SETOSA = [5.1, 3.5, 1.4, 0.2];
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());
beforeEach(() => vertex.emulator.control.clear());

function values(...instances: unknown[]) {
  return instances.map((instance) => helpers.toValue(instance as object) ?? {});
}

async function failureOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  return call.then(
    () => ({}),
    (error: unknown) => error as Record<string, unknown>,
  );
}

test('classifies lists and objects in one call of the SDK', async () => {
  const virginica = { sepal_length: 6.3, sepal_width: 3.3, petal_length: 6, petal_width: 2.5 };
  const [answer] = await vertex
    .client(TOKEN)
    .predict({ endpoint: ENDPOINT, instances: values(SETOSA, virginica) });
  expect(answer).toMatchObject({
    deployedModelId: '2345678901234567890',
    model: 'projects/123456789012/locations/us-central1/models/3456789012345678901',
    modelDisplayName: 'iris-classifier',
    modelVersionId: '1',
  });
  const predictions = (answer.predictions ?? []).map((value) => helpers.fromValue(value as never));
  expect(predictions).toHaveLength(2);
  expect(predictions[0]).toMatchObject({ classes: ['setosa', 'versicolor', 'virginica'] });
  const best = (predictions as unknown as { scores: number[] }[]).map(({ scores }) =>
    scores.indexOf(Math.max(...scores)),
  );
  expect(best).toEqual([0, 2]);
});

test('serves the project by its number too', async () => {
  const endpoint = ENDPOINT.replace('sample-project', '123456789012');
  const [answer] = await vertex.client(TOKEN).predict({ endpoint, instances: values(SETOSA) });
  expect(answer.predictions).toHaveLength(1);
});

test('records a call with its metadata and its message as JSON', async () => {
  await vertex.client(TOKEN).predict({
    endpoint: ENDPOINT,
    instances: values(SETOSA),
    parameters: helpers.toValue({ explain: false, tags: ['a', null] }) ?? {},
  });
  const [recorded] = vertex.emulator.control.requests();
  expect(recorded).toMatchObject({ method: 'POST', path: PATH, time: new Date(NOW).toISOString() });
  expect(recorded?.headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    'x-goog-request-params': `endpoint=${encodeURIComponent(ENDPOINT)}`,
  });
  expect(JSON.parse(recorded?.body ?? '')).toEqual({
    endpoint: ENDPOINT,
    instances: [SETOSA],
    parameters: { explain: false, tags: ['a', null] },
  });
});

test.each([
  [undefined, 'Request is missing required authentication credential.', 'CREDENTIALS_MISSING'],
  ['a-bad-token', 'Request had invalid authentication credentials.', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
])('answers UNAUTHENTICATED to the token %s', async (token, message, reason) => {
  const failure = await failureOf(
    vertex.client(token).predict({ endpoint: ENDPOINT, instances: values(SETOSA) }),
  );
  expect(failure).toMatchObject({
    code: 16,
    reason,
    domain: 'googleapis.com',
    errorInfoMetadata: {
      service: 'aiplatform.googleapis.com',
      method: 'google.cloud.aiplatform.v1.PredictionService.Predict',
    },
  });
  expect(failure.details).toContain(message);
});

test.each([
  'projects/other-project/locations/us-central1/endpoints/1234567890',
  'projects/sample-project/locations/europe-west1/endpoints/1234567890',
  'projects/sample-project/locations/us-central1/endpoints/999',
])('answers NOT_FOUND to %s', async (endpoint) => {
  const failure = await failureOf(vertex.client(TOKEN).predict({ endpoint, instances: values(SETOSA) }));
  expect(failure).toMatchObject({ code: 5, details: `Endpoint \`${endpoint}\` not found.` });
});

test('answers INVALID_ARGUMENT to a name that is not an endpoint', async () => {
  const call = vertex.client(TOKEN).predict({ endpoint: 'iris', instances: values(SETOSA) });
  expect(await failureOf(call)).toMatchObject({ code: 3 });
});

test.each([undefined, 'endpoint=other'])(
  'answers INVALID_ARGUMENT to the routing header %s',
  async (header) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${TOKEN}`);
    if (header !== undefined) metadata.set('x-goog-request-params', header);
    const endpointField = Buffer.concat([Buffer.from([0x0a, ENDPOINT.length]), Buffer.from(ENDPOINT)]);
    expect(await failureOf(vertex.unary(PATH, endpointField, metadata))).toMatchObject({
      code: 3,
      details: expect.stringContaining('x-goog-request-params') as string,
    });
  },
);

test('answers an error to a message that cannot be decoded', async () => {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${TOKEN}`);
  expect(await failureOf(vertex.unary(PATH, Buffer.from([0x0a, 0xff]), metadata))).toMatchObject({
    code: 13,
  });
});

test.each([
  [[], 'instances'],
  [[[1, 2, 3]], 'instances[0]'],
  [[SETOSA, [1, 2, 3, 'four']], 'instances[1][3]'],
  [['setosa'], 'instances[0]'],
  [[{ sepal_length: 1 }], 'instances[0]'],
  [[{ sepal_length: '1', sepal_width: 1, petal_length: 1, petal_width: 1 }], 'instances[0].sepal_length'],
  [[{ sepal_length: 1, sepal_width: 1, petal_length: 1, petal_width: 1, species: 's' }], 'instances[0]'],
])('answers INVALID_ARGUMENT with the field to the instances %j', async (instances, field) => {
  const failure = await failureOf(
    vertex.client(TOKEN).predict({ endpoint: ENDPOINT, instances: values(...instances) }),
  );
  expect(failure).toMatchObject({ code: 3, statusDetails: [{ fieldViolations: [{ field }] }] });
});

test('refuses more than 1.5 MB', async () => {
  const instances = values(...Array.from({ length: 40_000 }, () => SETOSA));
  expect(await failureOf(vertex.client(TOKEN).predict({ endpoint: ENDPOINT, instances }))).toMatchObject({
    code: 9,
    details: expect.stringContaining('exceeds 1.500MB limit') as string,
  });
});

test('answers UNIMPLEMENTED to the methods it does not serve, and records them', async () => {
  const call = vertex.client(TOKEN).rawPredict({ endpoint: ENDPOINT });
  expect(await failureOf(call)).toMatchObject({ code: 12 });
  expect(vertex.emulator.control.requests()[0]?.path).toBe(PATH.replace('/Predict', '/RawPredict'));
});

test('answers 200 calls at once', async () => {
  const client = vertex.client(TOKEN);
  const calls = Array.from({ length: 200 }, () =>
    client.predict({ endpoint: ENDPOINT, instances: values(SETOSA) }),
  );
  const answers = await Promise.all(calls);
  expect(answers.every(([answer]) => answer.predictions?.length === 1)).toBe(true);
  expect(vertex.emulator.control.requests()).toHaveLength(200);
});
