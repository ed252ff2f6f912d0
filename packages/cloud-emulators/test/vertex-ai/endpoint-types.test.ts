import { Metadata } from '@grpc/grpc-js';
import { checkServerIdentity, connect } from 'node:tls';
import { once } from 'node:events';
import { createCertificateAuthority } from '../../src/loopback/certificate-authority.ts';
import { HOST_NAMES } from '../../src/vertex-ai/sample-endpoints.ts';
import { startVertexAi, type VertexAi } from '../../src/vertex-ai/start-vertex-ai.ts';
import { startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const ENDPOINTS = 'v1/projects/sample-project/locations/us-central1/endpoints';
const SHARED = `${ENDPOINTS}/1234567890`;
const DEDICATED = `${ENDPOINTS}/6789012345`;
const PRIVATE = `${ENDPOINTS}/5678901234`;
const TUNED = `${ENDPOINTS}/4567890123`;
const REGIONAL_HOST = 'us-central1-aiplatform.googleapis.com';
const DEDICATED_HOST = '6789012345.us-central1-548213907654.prediction.vertexai.goog';
const PRIVATE_HOST = '5678901234-us-central1-123456789012.prediction.p.vertexai.goog';
const PREDICT = '/google.cloud.aiplatform.v1.PredictionService/Predict';
const IRIS = { instances: [[6.3, 3.3, 6, 2.5]] };
const CHAT = { messages: [{ role: 'user', content: 'Hello' }] };

let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

async function call(path: string, body: unknown, host = REGIONAL_HOST) {
  const response = await vertex.post(path, body, { host });
  return { status: response.statusCode, text: await response.body.text() };
}

test.each([
  [`${SHARED}:predict`, IRIS, REGIONAL_HOST],
  [`${SHARED}:explain`, IRIS, REGIONAL_HOST],
  [`${DEDICATED}:predict`, IRIS, DEDICATED_HOST],
  [`${DEDICATED}:streamRawPredict`, IRIS, DEDICATED_HOST],
  [`${PRIVATE}/chat/completions`, { ...CHAT, stream: true }, PRIVATE_HOST],
  [`${TUNED}:streamGenerateContent`, { contents: [{ role: 'user', parts: [{ text: 'x' }] }] }, REGIONAL_HOST],
])('%s of %j is served at %s', async (path, body, host) => {
  expect((await call(path, body, host)).status).toBe(200);
});

test.each([
  ['us', 'aiplatform.us.rep.googleapis.com', 200],
  ['eu', 'aiplatform.eu.rep.googleapis.com', 200],
  ['global', 'aiplatform.googleapis.com', 200],
  ['us', 'aiplatform.eu.rep.googleapis.com', 404],
  ['us', 'aiplatform.googleapis.com', 404],
  ['eu', 'europe-west4-aiplatform.googleapis.com', 404],
  ['global', 'us-central1-aiplatform.googleapis.com', 404],
  ['us', 'us-aiplatform.googleapis.com', 400],
  ['eu', 'eu-aiplatform.googleapis.com', 400],
])('a model of Gemini 3 in %s is answered at %s with %i', async (location, host, status) => {
  const path = `v1/projects/sample-project/locations/${location}/publishers/google/models/gemini-3.5-flash:countTokens`;
  const answer = await call(path, { contents: [{ role: 'user', parts: [{ text: 'x' }] }] }, host);
  expect(answer.status).toBe(status);
});

test.each([
  ['us-central1', 'us-central1-aiplatform.googleapis.com', 200],
  ['europe-west4', 'europe-west4-aiplatform.googleapis.com', 200],
  ['us-central1', 'europe-west4-aiplatform.googleapis.com', 404],
  ['us-central1', 'aiplatform.us.rep.googleapis.com', 404],
])('a model of regions in %s is answered at %s with %i', async (location, host, status) => {
  const path = `v1/projects/sample-project/locations/${location}/publishers/google/models/text-embedding-005:predict`;
  const answer = await call(path, { instances: [{ content: 'x' }] }, host);
  expect(answer.status).toBe(status);
});

test('gRPC at the host of another location is NOT_FOUND', async () => {
  const name = SHARED.slice('v1/'.length);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${TOKEN}`);
  metadata.set('x-goog-request-params', `endpoint=${encodeURIComponent(name)}`);
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);
  const called = vertex.unary(PREDICT, message, metadata, 'europe-west4-aiplatform.googleapis.com');
  await expect(called).rejects.toMatchObject({ code: 5 });
});

test('an endpoint with a host of its own is not served at the shared one', async () => {
  const dedicated = await call(`${DEDICATED}:predict`, IRIS);
  expect(dedicated.status).toBe(400);
  expect(JSON.parse(dedicated.text)).toMatchObject({
    error: {
      status: 'FAILED_PRECONDITION',
      message: `Dedicated Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '${DEDICATED_HOST}'`,
    },
  });
  expect((await call(`${PRIVATE}:rawPredict`, CHAT)).status).toBe(400);
});

test.each([
  [`${SHARED}:predict`, DEDICATED_HOST],
  [`${PRIVATE}:rawPredict`, DEDICATED_HOST],
  [`${DEDICATED}:predict`, PRIVATE_HOST],
  [
    'v1/projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash:countTokens',
    DEDICATED_HOST,
  ],
])('%s is not served at %s', async (path, host) => {
  expect((await call(path, IRIS, host)).status).toBe(404);
});

test.each(['explain', 'directPredict', 'directRawPredict', 'serverStreamingPredict'])(
  '%s is not served at a host of the endpoint’s own',
  async (verb) => {
    expect((await call(`${DEDICATED}:${verb}`, {}, DEDICATED_HOST)).status).toBe(501);
  },
);

test.each([
  [`${SHARED}:streamRawPredict`, IRIS],
  [`${SHARED}/chat/completions`, { ...CHAT, stream: true }],
])('a shared endpoint has no stream: %s', async (path, body) => {
  const { status, text } = await call(path, body);
  expect([status, text]).toEqual([501, expect.stringContaining('Streaming is not supported')]);
});

test('a shared endpoint takes 1.5 MB, others 10 MB', async () => {
  const body = (bytes: number) => ({ instances: ['x'.repeat(bytes)] });
  const shared = await call(`${SHARED}:predict`, body(1_600_000));
  expect([shared.status, shared.text]).toEqual([400, expect.stringContaining('exceeds 1.500MB limit')]);
  expect(shared.text).toContain('FAILED_PRECONDITION');
  const dedicated = await call(`${DEDICATED}:predict`, body(1_600_000), DEDICATED_HOST);
  expect(dedicated.text).toContain('instances[0]');
  const more = await call(`${DEDICATED}:predict`, body(10_500_000), DEDICATED_HOST);
  expect(more.text).toContain('exceeds 10.000MB limit');
});

test('a shared endpoint waits for its model as long as it does, others longer', async () => {
  const setInference = vertex.emulator.actions['POST inference'];
  await setInference?.({ durationInMs: 20, sharedTimeoutInMs: 10 });
  const shared = await call(`${SHARED}:predict`, IRIS);
  expect([shared.status, shared.text]).toEqual([504, expect.stringContaining('DEADLINE_EXCEEDED')]);
  expect((await call(`${DEDICATED}:predict`, IRIS, DEDICATED_HOST)).status).toBe(200);
  await setInference?.({ durationInMs: 0 });
});

test.each([{}, { durationInMs: -1 }, { durationInMs: 1, sharedTimeoutInMs: 60_001 }])(
  'inference cannot be %j',
  (body) => {
    expect(() => vertex.emulator.actions['POST inference']?.(body)).toThrow('number from 0 to 60000');
  },
);

test('gRPC at a host of the endpoint’s own names the endpoint in a header of its own', async () => {
  const name = DEDICATED.slice('v1/'.length);
  const field = Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);
  const codeOf = async (headers: Record<string, string>, authority: string): Promise<number | undefined> => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${TOKEN}`);
    metadata.set('x-goog-request-params', `endpoint=${encodeURIComponent(name)}`);
    for (const [header, value] of Object.entries(headers)) metadata.set(header, value);
    const { code, details } = await vertex.unary(PREDICT, field, metadata, authority).then(
      () => ({ code: undefined, details: undefined }),
      (error: unknown) => error as { code: number; details: string },
    );
    return details?.includes('instance') ? 0 : code;
  };
  // The header is accepted, and the error is about the missing instances.
  expect(await codeOf({ 'x-vertex-ai-endpoint-id': '6789012345' }, DEDICATED_HOST)).toBe(0);
  expect(await codeOf({}, DEDICATED_HOST)).toBe(3);
  expect(await codeOf({ 'x-vertex-ai-endpoint-id': '1234567890' }, DEDICATED_HOST)).toBe(3);
  expect(await codeOf({ 'x-vertex-ai-endpoint-id': '6789012345' }, REGIONAL_HOST)).toBe(9);
});

test.each([REGIONAL_HOST, 'aiplatform.eu.rep.googleapis.com', DEDICATED_HOST, PRIVATE_HOST])(
  'the certificate is for %s',
  async (servername) => {
    const authority = await createCertificateAuthority(HOST_NAMES);
    const emulator: VertexAi = await startVertexAi({
      port: 0,
      certificate: authority.server,
      checkAccessToken: () => undefined,
    });
    const socket = connect({
      host: '127.0.0.1',
      port: emulator.port,
      ca: authority.certificate,
      servername,
    });
    await once(socket, 'secureConnect');
    expect(checkServerIdentity(servername, socket.getPeerCertificate())).toBeUndefined();
    socket.destroy();
    await emulator.close();
  },
);
