import { MODEL, REGIONAL_MODELS, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const VEO = `${REGIONAL_MODELS}/veo-3.1-generate-001`;
let vertex: VertexAiForTests;

interface Listed {
  publisherModels: { name: string }[];
  nextPageToken?: string;
}

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

test.each(['v1', 'v1beta1'])('%s gets a model of a publisher', async (version) => {
  const { json } = await vertex.call('GET', `${version}/publishers/google/models/gemini-3.5-flash`);
  expect(json).toEqual({
    name: 'publishers/google/models/gemini-3.5-flash',
    versionId: 'default',
    openSourceCategory: 'PROPRIETARY',
    launchStage: 'GA',
    versionState: 'VERSION_STATE_STABLE',
    publisherModelTemplate:
      'projects/{user-project}/locations/{location}/publishers/google/models/gemini-3.5-flash@default',
  });
});

test('lists the models of a publisher page by page, in v1beta1 only', async () => {
  const whole = (await vertex.call('GET', 'v1beta1/publishers/google/models?listAllVersions=true'))
    .json as Listed;
  const names = whole.publisherModels.map(({ name }) => name);
  expect(names).toContain('publishers/google/models/veo-3.1-generate-001');
  const paged: string[] = [];
  let token = '';
  do {
    const query = `pageSize=3${token === '' ? '' : `&pageToken=${token}`}`;
    const page = (await vertex.call('GET', `v1beta1/publishers/google/models?${query}`)).json as Listed;
    paged.push(...page.publisherModels.map(({ name }) => name));
    token = page.nextPageToken ?? '';
  } while (token !== '');
  expect(paged).toEqual(names);
  const filter = encodeURIComponent('launch_stage=PUBLIC_PREVIEW');
  expect((await vertex.call('GET', `v1beta1/publishers/google/models?filter=${filter}`)).json).toMatchObject({
    publisherModels: [
      { name: 'publishers/google/models/gemini-3-flash-preview' },
      { name: 'publishers/google/models/gemini-3.1-pro-preview' },
      { name: 'publishers/google/models/gemini-embedding-2-preview' },
    ],
  });
  const page = await vertex.post('v1/publishers/google/models', {});
  expect(page.statusCode).toBe(404);
  expect(page.headers['content-type']).toContain('text/html');
  await page.body.dump();
});

test('lists and gets the models of a partner, with a version and without', async () => {
  const { json } = await vertex.call('GET', 'v1beta1/publishers/anthropic/models');
  expect((json as Listed).publisherModels.map(({ name }) => name)).toContain(
    'publishers/anthropic/models/claude-haiku-4-5',
  );
  for (const id of ['claude-haiku-4-5', 'claude-haiku-4-5@20251001', 'claude-haiku-4-5%4020251001']) {
    const { json: model } = await vertex.call('GET', `v1beta1/publishers/anthropic/models/${id}`);
    expect(model).toMatchObject({ versionId: '20251001' });
  }
});

test.each([
  ['v1beta1/publishers/google/models/gemini-9', 404, 'not found'],
  ['v1beta1/publishers/nobody/models', 404, 'not found'],
  ['v1beta1/publishers/google/models?parent=x', 400, 'Cannot bind query parameter'],
  ['v1beta1/publishers/google/models?pageSize=many', 400, "Invalid value at 'page_size' (TYPE_INT32)"],
  ['v1beta1/publishers/google/models?pageSize=1&pageSize=2', 400, 'not repeating'],
  ['v1beta1/publishers/google/models?listAllVersions=maybe', 400, 'TYPE_BOOL'],
  ['v1beta1/publishers/google/models?view=ALL', 400, 'PublisherModelView'],
  ['v1beta1/publishers/google/models?orderBy=name', 501, 'orderBy'],
  ['v1/publishers/google/models/gemini-3.5-flash?foo=1', 400, 'Cannot bind query parameter'],
])('refuses GET %s', async (path, status, message) => {
  expect(await vertex.call('GET', path)).toMatchObject({
    status,
    json: { error: { message: expect.stringContaining(message) as string } },
  });
});

async function start(parameters: object = {}): Promise<string> {
  const { status, json } = await vertex.call('POST', `${VEO}:predictLongRunning`, {
    instances: [{ prompt: 'A lighthouse in a storm' }],
    parameters,
  });
  expect(status).toBe(200);
  return (json as { name: string }).name;
}

test('a video is there at the second poll', async () => {
  const name = await start({ sampleCount: 2, durationSeconds: 8 });
  expect(name).toMatch(
    /^projects\/sample-project\/locations\/us-central1\/publishers\/google\/models\/veo-3\.1-generate-001\/operations\/[0-9a-f-]{36}$/,
  );
  const poll = (): Promise<{ json: unknown }> =>
    vertex.call('POST', `${VEO}:fetchPredictOperation`, { operationName: name });
  expect((await poll()).json).toEqual({ name, done: false });
  const done = {
    name,
    done: true,
    response: {
      '@type': 'type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse',
      raiMediaFilteredCount: 0,
      videos: [1, 2].map(() => ({
        bytesBase64Encoded: expect.any(String) as string,
        mimeType: 'video/mp4',
      })),
    },
  };
  expect((await poll()).json).toEqual(done);
  expect((await poll()).json).toEqual(done);
});

test('a video is there after a minute, in the bucket that was asked for', async () => {
  const name = await start({ storageUri: 'gs://sample-output/videos/' });
  vertex.passTime(60_000);
  const { json } = await vertex.call('POST', `${VEO}:fetchPredictOperation`, { operationName: name });
  const id = name.split('/').at(-1) ?? '';
  expect(json).toMatchObject({
    done: true,
    response: { videos: [{ gcsUri: `gs://sample-output/videos/${id}/sample_0.mp4` }] },
  });
});

test.each([
  ['predictLongRunning', { instances: [] }, 400, 'exactly one instance'],
  ['predictLongRunning', { instances: [{}] }, 400, 'a prompt or an image'],
  ['predictLongRunning', { instances: [{ prompt: 'x', speed: 2 }] }, 400, 'unknown field "speed"'],
  [
    'predictLongRunning',
    { instances: [{ prompt: 'x' }], parameters: { durationSeconds: 60 } },
    400,
    'an integer from 4 to 8',
  ],
  ['predictLongRunning', { instance: {} }, 400, 'Unknown name "instance"'],
  ['fetchPredictOperation', { operationName: 'x' }, 404, 'operation was not found'],
  ['fetchPredictOperation', { operation: 'x' }, 400, 'Unknown name "operation"'],
])('%s refuses %j', async (verb, body, status, message) => {
  expect(await vertex.call('POST', `${VEO}:${verb}`, body)).toMatchObject({
    status,
    json: { error: { message: expect.stringContaining(message) as string } },
  });
});

test('a Gemini model makes no videos', async () => {
  const answer = await vertex.call('POST', `${MODEL}:predictLongRunning`, { instances: [] });
  expect(answer).toMatchObject({ status: 400, json: { error: { status: 'FAILED_PRECONDITION' } } });
});
