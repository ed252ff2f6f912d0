import { MODEL, NOW, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const PARENT = 'projects/sample-project/locations/us';
const CACHES = `v1/${PARENT}/cachedContents`;
const MODEL_NAME = `${PARENT}/publishers/google/models/gemini-3.5-flash`;
const LONG = [{ role: 'user', parts: [{ text: 'word '.repeat(2000) }] }];
const ASK = { contents: [{ role: 'user', parts: [{ text: 'What was it about?' }] }] };
const MINUTE = 60_000;
let vertex: VertexAiForTests;

interface Cache {
  name: string;
  expireTime: string;
}

beforeEach(async () => {
  vertex = await startForTests();
});
afterEach(() => vertex.close());

async function create(body: object = {}, path = CACHES): Promise<Cache> {
  const { status, json } = await vertex.call('POST', path, { model: MODEL_NAME, contents: LONG, ...body });
  expect({ status, json }).toMatchObject({ status: 200 });
  return json as Cache;
}

test.each(['v1', 'v1beta1'])('keeps a prompt for an hour in %s, and answers from it', async (version) => {
  const cache = await create({ displayName: 'words' }, CACHES.replace('v1', version));
  expect(cache).toEqual({
    name: expect.stringMatching(/^projects\/123456789012\/locations\/us\/cachedContents\/\d+$/) as string,
    model: MODEL_NAME.replace('sample-project', '123456789012'),
    displayName: 'words',
    createTime: new Date(NOW).toISOString(),
    updateTime: new Date(NOW).toISOString(),
    expireTime: new Date(NOW + 60 * MINUTE).toISOString(),
    usageMetadata: { totalTokenCount: 2500, textCount: 10_000 },
  });
  const { json } = await vertex.call('POST', `${MODEL}:generateContent`, {
    ...ASK,
    cachedContent: cache.name.replace('123456789012', 'sample-project'),
  });
  expect(json).toMatchObject({
    usageMetadata: {
      promptTokenCount: 2505,
      cachedContentTokenCount: 2500,
      cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 2500 }],
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 2505 }],
    },
  });
});

test('the functions of a cache are called, and other caches give other answers', async () => {
  const tools = [{ functionDeclarations: [{ name: 'look_up' }] }];
  const { name } = await create({ tools });
  const contents = [{ role: 'user', parts: [{ text: 'Please look_up.' }] }];
  const { json } = await vertex.call('POST', `${MODEL}:generateContent`, { contents, cachedContent: name });
  expect(json).toMatchObject({
    candidates: [{ content: { parts: [{ functionCall: { name: 'look_up', args: {} } }] } }],
  });
});

test('lists page by page, gets and deletes', async () => {
  const created = [await create(), await create(), await create()];
  const first = (await vertex.call('GET', `${CACHES}?pageSize=2`)).json as {
    cachedContents: Cache[];
    nextPageToken: string;
  };
  expect(first.cachedContents).toHaveLength(2);
  const second = (await vertex.call('GET', `${CACHES}?pageSize=2&pageToken=${first.nextPageToken}`)).json as {
    cachedContents: Cache[];
  };
  expect(second).not.toHaveProperty('nextPageToken');
  const names = [...first.cachedContents, ...second.cachedContents].map(({ name }) => name);
  expect(new Set(names)).toEqual(new Set(created.map(({ name }) => name)));
  const name = created[0]?.name ?? '';
  expect(await vertex.call('GET', `v1/${name}`)).toEqual({ status: 200, json: created[0] });
  expect(await vertex.call('DELETE', `v1beta1/${name}`)).toEqual({ status: 200, json: {} });
  expect(await vertex.call('GET', `v1/${name}`)).toMatchObject({
    status: 404,
    json: { error: { message: `Not found: cached content metadata for ${name.split('/').at(-1)}.` } },
  });
  expect((await vertex.call('GET', CACHES.replace('locations/us', 'locations/eu'))).json).toEqual({});
});

test('expires by the clock', async () => {
  const { name } = await create({ ttl: '120s' });
  vertex.passTime(2 * MINUTE);
  expect(await vertex.call('GET', `v1/${name}`)).toMatchObject({
    status: 400,
    json: { error: { message: expect.stringMatching(/^Cache content \d+ is expired\.$/) as string } },
  });
  expect((await vertex.call('GET', CACHES)).json).toEqual({});
  vertex.passTime(MINUTE);
  const answer = await vertex.call('POST', `${MODEL}:generateContent`, { ...ASK, cachedContent: name });
  expect(answer).toMatchObject({ status: 404, json: { error: { status: 'NOT_FOUND' } } });
});

test('lives as long as it is told to, with a mask or without', async () => {
  const expireTime = new Date(NOW + 5 * MINUTE).toISOString();
  const { name } = await create({ expireTime });
  expect((await vertex.call('GET', `v1/${name}`)).json).toMatchObject({ expireTime });
  vertex.passTime(MINUTE);
  const masked = await vertex.call('PATCH', `v1/${name}?updateMask=ttl`, { ttl: '600s' });
  expect(masked.json).toMatchObject({
    expireTime: new Date(NOW + 11 * MINUTE).toISOString(),
    updateTime: new Date(NOW + MINUTE).toISOString(),
  });
  const later = new Date(NOW + 20 * MINUTE).toISOString();
  const plain = await vertex.call('PATCH', `v1beta1/${name}`, { expireTime: later });
  expect(plain.json).toMatchObject({ expireTime: later });
});

test.each([
  [`?updateMask=displayName`, { displayName: 'x' }, 'Only ttl and expireTime'],
  [`?updateMask=ttl`, {}, 'must have a ttl or an expireTime'],
  ['', { ttl: '5s' }, 'less than a minute'],
  ['', { ttl: 'an hour' }, 'a duration in seconds'],
  ['?foo=1', { ttl: '600s' }, 'Cannot bind query parameter'],
  ['', { ttl: '600s', expireTime: '2027-01-01T00:00:00Z' }, "oneof field 'expiration' is already set"],
])('refuses the update %s %j', async (query, body, message) => {
  const { name } = await create();
  const { status, json } = await vertex.call('PATCH', `v1/${name}${query}`, body);
  expect(status).toBe(400);
  expect(json).toMatchObject({ error: { message: expect.stringContaining(message) as string } });
});

test.each([
  [
    { contents: [{ role: 'user', parts: [{ text: 'word' }] }] },
    400,
    'The cached content is of 1 tokens. The minimum token count to start caching is 2048.',
  ],
  [{ model: 'gemini-3.5-flash' }, 400, 'The model of a cached content must be projects/'],
  [
    { model: MODEL_NAME.replace('locations/us', 'locations/global') },
    400,
    'The model of a cached content must be',
  ],
  [{ model: MODEL_NAME.replace('sample-project', 'other') }, 400, 'The model of a cached content must be'],
  [{ model: MODEL_NAME.replace('3.5-flash', '9') }, 404, 'was not found or your project'],
  [
    { model: MODEL_NAME.replace('gemini-3.5-flash', 'gemini-embedding-2') },
    400,
    'is not supported in the cachedContents API.',
  ],
  [{ ttl: 'PT1H' }, 400, 'a duration in seconds'],
  [{ expireTime: 'tomorrow' }, 400, 'RFC 3339'],
  [{ content: LONG }, 400, 'Unknown name "content"'],
  [{ encryptionSpec: { kmsKeyName: 'x' } }, 501, 'does not support cachedContent.encryptionSpec'],
])('refuses to create %j', async (body, status, message) => {
  const answer = await vertex.call('POST', CACHES, { model: MODEL_NAME, contents: LONG, ...body });
  expect(answer).toMatchObject({
    status,
    json: { error: { message: expect.stringContaining(message) as string } },
  });
});

test('refuses what does not go with a cache', async () => {
  const { name } = await create();
  const ask = async (body: object, model = MODEL): Promise<unknown> =>
    (await vertex.call('POST', `${model}:generateContent`, { ...ASK, cachedContent: name, ...body })).json;
  const systemInstruction = { parts: [{ text: 'Be brief.' }] };
  expect(JSON.stringify(await ask({ systemInstruction }))).toContain(
    'Tool config, tools and system instruction should not be set in the request when using cached content.',
  );
  expect(JSON.stringify(await ask({}, MODEL.replace('3.5-flash', '3.5-flash-lite')))).toContain(
    'must be the same',
  );
  expect(JSON.stringify(await ask({}, MODEL.replace('locations/us', 'locations/global')))).toContain(
    'another location',
  );
  expect(JSON.stringify(await ask({ cachedContent: 'cachedContents/1' }))).toContain('Invalid resource');
  const other = name.replace('123456789012', 'other');
  expect(JSON.stringify(await ask({ cachedContent: other }))).toContain('Not found: cached content');
});

test('a list of another project is denied', async () => {
  const answer = await vertex.call('GET', CACHES.replace('sample-project', 'other'));
  expect(answer).toMatchObject({ status: 403, json: { error: { status: 'PERMISSION_DENIED' } } });
});
