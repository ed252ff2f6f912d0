import { startControlServer } from '../../src/control/server.ts';
import { Control } from '../../src/control/control.ts';
import {
  MODEL,
  REGIONAL_MODELS,
  startForTests,
  TOKEN,
  type VertexAiForTests,
} from './vertex-ai-for-tests.ts';

const REQUEST = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const STREAM = `${MODEL}:streamGenerateContent`;
const EXHAUSTED = { error: { code: 429, message: 'Out of quota.', status: 'RESOURCE_EXHAUSTED' } };
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());
afterEach(() => vertex.emulator.control.clearFaults());

async function text(path: string, headers?: Record<string, string>): Promise<string> {
  const response = await vertex.post(path, REQUEST, headers && { headers });
  return response.body.text();
}

test('an error comes after two events, as an event', async () => {
  vertex.emulator.control.inject({ errorAfterChunks: 2, status: 429, body: EXHAUSTED });
  const events = (await text(`${STREAM}?alt=sse`)).split('\r\n\r\n');
  expect(events).toHaveLength(4);
  expect(events[1]).toContain('"candidates"');
  expect(events[2]).toBe(`data: ${JSON.stringify(EXHAUSTED)}`);
  expect(events[3]).toBe('');
});

test('an error comes after two elements of a JSON array, as its last', async () => {
  vertex.emulator.control.inject({ errorAfterChunks: 2, status: 503 });
  const elements = JSON.parse(await text(STREAM)) as unknown[];
  expect(elements).toHaveLength(3);
  expect(elements[2]).toEqual({
    error: { code: 503, message: 'Injected fault 503.', status: 'UNAVAILABLE' },
  });
});

test('an error may be the only element, or follow the last one', async () => {
  vertex.emulator.control.inject({ errorAfterChunks: 0, body: EXHAUSTED });
  expect(JSON.parse(await text(STREAM))).toEqual([EXHAUSTED]);
  vertex.emulator.control.inject({ errorAfterChunks: 99, body: EXHAUSTED });
  expect(JSON.parse(await text(STREAM))).toHaveLength(7);
});

test('a body that is a string is sent as it is', async () => {
  vertex.emulator.control.inject({ errorAfterChunks: 1, body: 'data: {"cut' });
  expect(await text(`${STREAM}?alt=sse`)).toMatch(/\r\n\r\ndata: \{"cut$/);
});

test('an answer that is no stream is the error from the start', async () => {
  vertex.emulator.control.inject({ errorAfterChunks: 2, status: 429, body: EXHAUSTED });
  const response = await vertex.post(`${MODEL}:generateContent`, REQUEST);
  expect(response.statusCode).toBe(429);
  expect(await response.body.json()).toEqual(EXHAUSTED);
});

test('the control surface takes such a fault for an emulator that streams, and for no other', async () => {
  const server = await startControlServer([vertex.emulator, { control: new Control('other') }]);
  const inject = (name: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}/${name}/faults`, {
      method: 'POST',
      body: JSON.stringify({ errorAfterChunks: 1 }),
    });
  expect((await inject('vertex-ai')).status).toBe(201);
  const refused = await inject('other');
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: expect.stringContaining('no streams') as string });
  await server.close();
});

test.each([
  ['GET', 'v1beta1/publishers/google/models'],
  ['DELETE', 'v1/projects/sample-project/locations/us/cachedContents/1'],
  ['POST', `${REGIONAL_MODELS}/veo-3.1-generate-001:fetchPredictOperation`],
] as const)('%s %s is recorded and fails as told', async (method, path) => {
  vertex.emulator.control.clear();
  vertex.emulator.control.inject({ status: 429, body: EXHAUSTED });
  expect(await vertex.call(method, path)).toEqual({ status: 429, json: EXHAUSTED });
  expect(vertex.emulator.control.requests()).toMatchObject([{ method, path: `/${path}` }]);
});

const BEARER = { authorization: `Bearer ${TOKEN}` };

test.each([
  [STREAM, { ...BEARER, 'x-goog-api-key': 'x' }, 'API_KEY_INVALID', 400],
  [`${STREAM}?key=x`, BEARER, 'API_KEY_INVALID', 400],
  [STREAM, { ...BEARER, 'x-goog-user-project': 'other' }, 'USER_PROJECT_DENIED', 403],
  [`${STREAM}?$userProject=other`, BEARER, 'USER_PROJECT_DENIED', 403],
])('refuses %s with the headers %j', async (path, headers, reason, status) => {
  const response = await vertex.post(path, REQUEST, { headers });
  expect(response.statusCode).toBe(status);
  expect(await response.body.json()).toMatchObject([{ error: { code: status, details: [{ reason }] } }]);
});

test('takes the sample project as the one to charge', async () => {
  expect(await text(STREAM, { ...BEARER, 'x-goog-user-project': '123456789012' })).toMatch(/^\[\{/);
});
