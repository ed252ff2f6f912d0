import { expectErrorBody, expectRefusal } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer, Outgoing } from './send-bytes.ts';

const PARENT = 'projects/sample-project/locations/us';
const CACHES = `/vertex/v1/${PARENT}/cachedContents`;
const FLASH = `${PARENT}/publishers/google/models/gemini-3.5-flash`;
/** Google keeps nothing shorter. */
const SECRET = 'what-the-team-keeps ';
const CONTENTS = [{ role: 'user', parts: [{ text: SECRET.repeat(600) }] }];

interface Cache {
  readonly name: string;
  readonly model: string;
  readonly displayName?: string;
  readonly expireTime: string;
}

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function call(application: string, path: string, outgoing: Partial<Outgoing> = {}): Promise<Answer> {
  return observed.call({ application, method: 'GET', path, ...outgoing });
}

function send(
  application: string,
  path: string,
  body: object,
  method: 'POST' | 'PATCH' = 'POST',
): Promise<Answer> {
  return call(application, path, { method, body: JSON.stringify(body) });
}

async function create(application: string, changes: object = {}): Promise<Cache> {
  const answer = await send(application, CACHES, { model: FLASH, contents: CONTENTS, ...changes });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    operation: 'cacheContent',
    model: 'gemini-3.5-flash',
  });
  return JSON.parse(answer.text) as Cache;
}

function pathOf({ name }: Cache): string {
  return `${CACHES}/${name.split('/').at(-1) ?? ''}`;
}

function expectNotFound(answer: Answer): void {
  expectErrorBody(answer, {
    status: 404,
    code: 'RESOURCE_NOT_FOUND',
    message: 'Your team has no context cache of this name here.',
  });
  observed.whenRecorded(answer, { outcome: 'denied', code: 'RESOURCE_NOT_FOUND', status: '404' });
}

/** The requests to Vertex AI that change something. */
async function changes(): Promise<unknown[]> {
  return (await observed.chain.requests('vertex-ai')).filter(({ method }) => method !== 'GET');
}

test('a cache is made under its team’s name, which its maker does not see', async () => {
  const cache = await create('sandbox-app', { model: 'gemini-fast', displayName: 'Manual/2', ttl: '600s' });
  expect(cache).toMatchObject({
    displayName: 'Manual/2',
    model: FLASH.replace('sample-project', '123456789012'),
  });
  const [received] = await observed.chain.requests('vertex-ai');
  expect(JSON.parse(received?.body ?? '')).toEqual({
    model: FLASH,
    contents: CONTENTS,
    displayName: 'sandbox-use/Manual/2',
    ttl: '600s',
  });
  const got = await call('sandbox-app', pathOf(cache));
  expect(JSON.parse(got.text)).toEqual(cache);
  expect(await create('sandbox-app')).not.toHaveProperty('displayName');
});

test('each team lists, reads, changes and deletes its own caches alone', async () => {
  const mine = await create('sandbox-app', { displayName: 'assistants-use/x' });
  const theirs = await create('assistants-app', { displayName: 'theirs' });
  for (const [application, own, other] of [
    ['sandbox-app', mine, theirs],
    ['assistants-app', theirs, mine],
  ] as const) {
    const answer = await call(application, CACHES);
    const { cachedContents } = JSON.parse(answer.text) as { cachedContents: Cache[] };
    observed.whenRecorded(answer, {
      outcome: 'answered',
      operation: 'cacheContent',
      location: 'us',
    });
    expect(cachedContents).toContainEqual(own);
    expect(cachedContents.map(({ name }) => name)).not.toContain(other.name);
  }
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  expectNotFound(await call('assistants-app', pathOf(mine)));
  expectNotFound(await send('assistants-app', pathOf(mine), { ttl: '900s' }, 'PATCH'));
  expectNotFound(await call('assistants-app', pathOf(mine), { method: 'DELETE' }));
  expectNotFound(await call('assistants-app', `${CACHES}/1`));
  expect(await changes()).toEqual([]);

  const patched = await send('sandbox-app', `${pathOf(mine)}?updateMask=ttl`, { ttl: '7200s' }, 'PATCH');
  expect([patched.status, JSON.parse(patched.text)]).toMatchObject([
    200,
    { name: mine.name, displayName: 'assistants-use/x' },
  ]);
  expect(Date.parse((JSON.parse(patched.text) as Cache).expireTime)).toBeGreaterThan(
    Date.parse(mine.expireTime),
  );
  const numbered = await call('sandbox-app', `/vertex/v1/${mine.name}`);
  expect(numbered.status).toBe(200);
  const deleted = await call('sandbox-app', pathOf(mine), { method: 'DELETE' });
  expect([deleted.status, JSON.parse(deleted.text)]).toEqual([200, {}]);
  expectNotFound(await call('sandbox-app', pathOf(mine)));
});

test.each<[what: string, path: string, body: object, field: string]>([
  ['another field', '', { displayName: 'x' }, 'displayName'],
  ['its content', '', { ttl: '600s', contents: [] }, 'contents'],
  ['nothing', '', {}, 'body'],
  ['a mask of another field', '?updateMask=displayName', { ttl: '600s' }, 'updateMask'],
  ['a mask of all', '?updateMask=*', { ttl: '600s' }, 'updateMask'],
])('a cache cannot be changed by %s', async (_, query, body, field) => {
  const answer = await send('sandbox-app', `${CACHES}/1${query}`, body, 'PATCH');
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: [field] });
});

test.each([
  ['encryptionSpec', { encryptionSpec: { kmsKeyName: 'k' } }],
  ['encryption_spec', { encryption_spec: { kmsKeyName: 'k' } }],
  ['display_name', { display_name: 'assistants-use/x' }],
  ['name', { name: `${PARENT}/cachedContents/1` }],
])('a cache with %s is refused', async (field, given) => {
  const answer = await send('sandbox-app', CACHES, { model: FLASH, contents: CONTENTS, ...given });
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: [field] });
});

const PROMPT = { contents: [{ role: 'user', parts: [{ text: 'And then?' }] }] };
const GENERATE = `/vertex/v1/${FLASH}:generateContent`;

test('a prompt goes on from a cache of one’s team, and its tokens are on record', async () => {
  const cache = await create('sandbox-app');
  for (const name of [cache.name, cache.name.replace('123456789012', 'sample-project')]) {
    const answer = await send('sandbox-app', GENERATE, { ...PROMPT, cachedContent: name });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('cachedContentTokenCount')]);
    observed.whenRecorded(answer, (record) => {
      expect(Number(record.cachedTokens)).toBeGreaterThan(0);
    });
  }
});

const AT_US = { cachedContent: 'cachedContent', cached_content: 'cached_content' };

test.each([
  ...Object.keys(AT_US).map((field) => [field, GENERATE, field] as const),
  ['a stream', `/vertex/v1/${FLASH}:streamGenerateContent?alt=sse`, 'cachedContent'] as const,
  ['the short form', '/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent', 'cachedContent'],
] as const)('nobody goes on from another team’s cache, by %s', async (_, path, field) => {
  const theirs = await create('assistants-app');
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  expectNotFound(await send('sandbox-app', path, { ...PROMPT, [field]: theirs.name }));
  expectNotFound(await send('sandbox-app', path, { ...PROMPT, [field]: theirs.name.replace(/\d+$/, '1') }));
  expect(await changes()).toEqual([]);
});

test.each([
  [{ google: { cached_content: true } }, 'google.cached_content'],
  [{ google: { cachedContent: true } }, 'google.cachedContent'],
  [{ extra_body: { google: { cached_content: true } } }, 'extra_body.google.cached_content'],
])('nor in a chat by %j', async (place, field) => {
  const theirs = await create('assistants-app');
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const named = JSON.parse(JSON.stringify(place).replace('true', JSON.stringify(theirs.name))) as object;
  const body = { model: 'google/gemini-3.5-flash', messages: [{ role: 'user', content: 'And then?' }] };
  const path = `/vertex/v1/${PARENT}/endpoints/openapi/chat/completions`;
  expectNotFound(await send('sandbox-app', path, { ...body, ...named }));
  const hostile = JSON.parse(JSON.stringify(place).replace('true', '"../1"')) as object;
  const refused = await send('sandbox-app', path, { ...body, ...hostile });
  expectErrorBody(refused, { status: 400, code: 'INVALID_REQUEST', fields: [field] });
  expect(await changes()).toEqual([]);
});

test.each([
  ['another location', 'projects/sample-project/locations/eu/cachedContents/1'],
  ['another project', 'projects/other-project/locations/us/cachedContents/1'],
  ['another number', 'projects/999999999999/locations/us/cachedContents/%'],
  ['its id alone', '%'],
  ['dots', `${PARENT}/cachedContents/../cachedContents/%`],
  ['a query', `${PARENT}/cachedContents/%?x=y`],
  ['an encoded slash', `${PARENT}/cachedContents%2F%`],
  ['nothing', ''],
])('a cache named by %s is refused with its path', async (_, template) => {
  const mine = await create('sandbox-app');
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const cachedContent = template.replace(/%$|%(?=\?)/, mine.name.split('/').at(-1) ?? '');
  const answer = await send('sandbox-app', GENERATE, { ...PROMPT, cachedContent });
  expectErrorBody(answer, { status: 400, code: 'INVALID_REQUEST', fields: ['cachedContent'] });
  expect(await changes()).toEqual([]);
});

test('two names of a cache are refused', async () => {
  const body = { ...PROMPT, cachedContent: `${PARENT}/cachedContents/1`, cached_content: `${PARENT}/x` };
  const answer = await send('sandbox-app', GENERATE, body);
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: ['cached_content'] });
});

test('the short form keeps caches where the caller is served', async () => {
  const short = '/vertex/v1/cachedContents';
  const answer = await send('sandbox-app', short, { model: 'gemini-fast', contents: CONTENTS });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  const cache = JSON.parse(answer.text) as Cache;
  const one = `${short}/${cache.name.split('/').at(-1) ?? ''}`;
  const { cachedContents } = JSON.parse((await call('sandbox-app', short)).text) as {
    cachedContents: Cache[];
  };
  expect(cachedContents).toContainEqual(cache);
  expect(JSON.parse((await call('sandbox-app', one)).text)).toEqual(cache);
  expectNotFound(await call('assistants-app', one));
  const path = '/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent';
  const used = await send('sandbox-app', path, { ...PROMPT, cachedContent: cache.name });
  expect([used.status, used.text]).toEqual([200, expect.stringContaining('cachedContentTokenCount')]);
  expect((await send('sandbox-app', one, { ttl: '900s' }, 'PATCH')).status).toBe(200);
  const deleted = await call('sandbox-app', one, { method: 'DELETE' });
  expect(deleted.status).toBe(200);
  observed.whenRecorded(deleted, {
    outcome: 'answered',
    operation: 'cacheContent',
    project: 'sample-project',
    location: 'us',
  });
});

test('who may cache nothing here sees no caches', async () => {
  const answer = await call('scoring-app', CACHES);
  await expectRefusal(
    observed,
    answer,
    { status: 403, code: 'NOT_GRANTED' },
    { decision: 'deny', operation: 'cacheContent' },
  );
  const inGlobal = (path: string): string => path.replace('/locations/us/', '/locations/global/');
  const model = inGlobal(FLASH).replace('3.5-flash', '3.1-pro-preview');
  const pro = await send('sandbox-app', inGlobal(CACHES), { model, contents: CONTENTS });
  await expectRefusal(
    observed,
    pro,
    { status: 403, code: 'NOT_GRANTED' },
    { model: 'gemini-3.1-pro-preview' },
  );
});

test('every call is on record once, without what is kept', async () => {
  await observed.expectAllOnRecord([SECRET.trim(), 'And then?']);
});
