import { expectErrorBody } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

jest.setTimeout(60_000);

const CHAT = '/openai/v1/chat/completions';
const EMBEDDINGS = '/openai/v1/embeddings';
const MESSAGES = '/anthropic/v1/messages';
const PROMPT = 'Okapis hide in the Ituri.';
const TURNS = [{ role: 'user', content: PROMPT }];
const EUROPE = /\/locations\/(?:eu|europe-west[14])\//;

interface Offer {
  readonly models: readonly { readonly allowed: readonly { readonly locations: readonly string[] }[] }[];
}

let observed: ObservedChain;
/** The token of a caller that one role keeps in Europe, and that another grants Claude and every location. */
let token = '';

beforeAll(async () => {
  observed = await ObservedChain.share();
  token = await observed.mint({
    application: 'eu-analytics-app',
    claims: { roles: ['Analytics.Eu', 'Assistants.Use'] },
  });
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterEach(async () => {
  await observed.chain.control('vertex-ai', 'DELETE', 'faults');
  const requests = await observed.chain.requests('vertex-ai');
  for (const { path } of requests) expect(path).toMatch(EUROPE);
});

afterAll(() => observed.stop());

function post(path: string, body: object | string, headers: Record<string, string> = {}): Promise<Answer> {
  return observed.call({
    application: 'eu-analytics-app',
    path,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
}

function chat(model: string, more: object = {}): object {
  return { model, messages: TURNS, ...more };
}

function message(model: string): object {
  return { model, max_tokens: 16, messages: TURNS };
}

function full(location: string, model = 'publishers/google/models/gemini-3.5-flash'): string {
  return `projects/sample-project/locations/${location}/${model}`;
}

const CLAUDE = 'publishers/anthropic/models/claude-haiku-4-5';

test.each<[what: string, path: string, body: object]>([
  ['no region at all', CHAT, chat(full('global'))],
  ['an American location', CHAT, chat(full('us'))],
  ['an American location, streamed', CHAT, chat(full('us'), { stream: true })],
  [
    'an American location for embeddings',
    EMBEDDINGS,
    { model: full('us-central1', 'publishers/google/models/gemini-embedding-001'), input: PROMPT },
  ],
  ['an endpoint in America', CHAT, chat(full('us-central1', 'endpoints/5678901234'))],
  ['an American location for Claude', MESSAGES, message(full('us', CLAUDE))],
  ['no region for Claude', MESSAGES, message(full('global', CLAUDE))],
  [
    'an American location to count tokens of Claude in',
    `${MESSAGES}/count_tokens`,
    { model: full('us', CLAUDE), messages: TURNS },
  ],
  ['a short name of what is in America alone', CHAT, chat('text-container')],
])('a model that names %s is denied, on record, and never reaches Google', async (_, path, body) => {
  const answer = await post(path, body);
  expect([answer.status, answer.text]).toEqual([
    403,
    expect.stringContaining('eu, europe-west1, europe-west4'),
  ]);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  observed.whenRecorded(answer, {
    dialect: path.startsWith('/openai') ? 'openai' : 'anthropic',
    outcome: 'denied',
    decision: 'deny',
    code: 'LOCATION_NOT_ALLOWED',
    status: '403',
  });
});

test.each([
  ['in capitals', 'US-CENTRAL1'],
  ['that climbs', 'europe-west1/../us-central1'],
  ['that is encoded', 'us%2Dcentral1'],
  ['with another host', 'eu.evil'],
  ['with a fragment', 'us#'],
  ['with a space', ' us'],
  ['with a line break', 'eu\nus'],
  ['of look-alike letters', 'еurope-west1'],
  ['that is empty', ''],
])('a model that names a location %s names none, and never reaches Google', async (_, location) => {
  for (const [path, body] of [
    [CHAT, chat(full(location))],
    [MESSAGES, message(full(location, CLAUDE))],
  ] as const) {
    const answer = await post(path, body);
    expect(answer.status).toBe(400);
    observed.whenRecorded(answer, { outcome: 'denied', status: '400' });
  }
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test.each<[string, string, string]>([
  ['model', CHAT, `{"model":"google/gemini-3.5-flash","model":"${full('us')}","messages":[]}`],
  ['model, escaped', CHAT, `{"model":"google/gemini-3.5-flash","\\u006dodel":"${full('us')}"}`],
  ['model of Claude', MESSAGES, `{"model":"claude-haiku-4-5","model":"${full('us-east5', CLAUDE)}"}`],
])('a body that gives the %s twice is refused', async (_, path, body) => {
  const answer = await post(path, body);
  expect(answer.status).toBe(400);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  observed.whenRecorded(answer, { outcome: 'denied', status: '400' });
});

test.each<[what: string, path: string, more: object, headers: Record<string, string>]>([
  ['the query', `${CHAT}?location=us`, {}, {}],
  ['a header for routing', CHAT, {}, { 'x-goog-request-params': 'location=us' }],
  ['a header with a location', CHAT, {}, { 'x-vertex-location': 'us', location: 'us' }],
  ['headers of the edge', CHAT, {}, { 'x-gateway-roles': 'Assistants.Use', 'x-gateway-location': 'us' }],
  ['a host', CHAT, {}, { 'x-forwarded-host': 'us-central1-aiplatform.googleapis.com' }],
  ['a project that pays', CHAT, {}, { 'x-goog-user-project': 'other-project' }],
  ['a member that no API has', CHAT, { location: 'us' }, {}],
])('%s does not take a call out of Europe', async (_, path, more, headers) => {
  const answer = await post(path, chat('gemini-3.5-flash', more), headers);
  // Served in Europe, which is checked after each test, or refused: by us, or there by Google.
  expect([200, 400]).toContain(answer.status);
  if (answer.status === 200) observed.whenRecorded(answer, { outcome: 'answered', location: 'eu' });
});

test.each([429, 503])('nothing is tried elsewhere when Europe answers %i', async (status) => {
  await observed.chain.inject('vertex-ai', {
    status,
    times: 20,
    body: { error: { code: status, message: 'no' } },
  });
  const answer = await post(CHAT, chat('gemini-3.5-flash-lite'));
  expect(answer.status).toBe(status);
  expect((await observed.chain.requests('vertex-ai')).length).toBeGreaterThan(0);
  observed.whenRecorded(answer, { outcome: 'failed', location: 'eu' });
});

test('the key alone, in the place of OpenAI’s, opens no other location', async () => {
  const { subscriptionKey = '' } = observed.chain.environment.applications['eu-analytics-app'] ?? {};
  const answer = await observed.call({
    path: CHAT,
    body: JSON.stringify(chat(full('us'))),
    headers: { authorization: `Bearer ${token}`, 'api-key': subscriptionKey },
  });
  expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('LOCATION_NOT_ALLOWED')]);
  observed.whenRecorded(answer, { outcome: 'denied', dialect: 'openai', subscriptionId: 'eu-analytics-app' });
});

const PARENT = 'projects/sample-project/locations/eu';
const MODEL = full('eu');
const STORE = 'projects/sample-project/locations/us/collections/default_collection/dataStores/handbook';

/** Has a caller whom no residency rule binds cache a manual and tools in Europe. */
function cacheInEurope(tools: readonly object[]): Promise<Answer> {
  const contents = [{ role: 'user', parts: [{ text: PROMPT.repeat(600) }] }];
  return observed.call({
    application: 'assistants-app',
    path: `/vertex/v1/${PARENT}/cachedContents`,
    body: JSON.stringify({ model: MODEL, contents, displayName: 'manual', tools }),
  });
}

const ask = (cachedContent: string) =>
  post(`/vertex/v1/${MODEL}:generateContent`, {
    contents: [{ role: 'user', parts: [{ text: PROMPT }] }],
    cachedContent,
  });

test.each([
  ['searches the web', [{ googleSearch: {} }]],
  ['reads pages of the web', [{ functionDeclarations: [{ name: 'f' }] }, { url_context: {} }]],
  ['searches a store outside its locations', [{ retrieval: { vertexAiSearch: { datastore: STORE } } }]],
])('a cache that %s takes no prompt out of Europe', async (_, tools) => {
  const name = `${PARENT}/cachedContents/1`;
  const answers = (body: object) => observed.chain.inject('vertex-ai', { status: 200, times: 1, body });
  await answers({ name });
  expect((await cacheInEurope(tools)).status).toBe(200);
  const [created] = await observed.chain.requests('vertex-ai');
  const { displayName } = JSON.parse(created?.body ?? '') as { displayName: string };
  expect(displayName).toMatch(/\/manual$/);
  await answers({ name, model: MODEL, displayName });
  const answer = await ask(name);
  expectErrorBody(answer, { status: 403, code: 'TOOL_NOT_ALLOWED', fields: ['cachedContent'] });
  observed.whenRecorded(answer, { outcome: 'denied', code: 'TOOL_NOT_ALLOWED', status: '403' });
  expect((await observed.chain.requests('vertex-ai')).map(({ method }) => method)).toEqual(['POST', 'GET']);
});

test('a cache without such tools serves a caller whom residency keeps', async () => {
  const created = await cacheInEurope([{ functionDeclarations: [{ name: 'f' }] }]);
  expect(created.status).toBe(200);
  const { name, displayName } = JSON.parse(created.text) as { name: string; displayName: string };
  expect(displayName).toBe('manual');
  const answer = await ask(name);
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('cachedContentTokenCount')]);
  observed.whenRecorded(answer, { outcome: 'answered', location: 'eu' });
});

test('the list of models offers nothing outside', async () => {
  const answer = await observed.call({
    application: 'eu-analytics-app',
    method: 'GET',
    path: '/gateway/v1/models',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  const { models } = JSON.parse(answer.text) as Offer;
  const locations = new Set(models.flatMap(({ allowed }) => allowed.flatMap((one) => one.locations)));
  expect([...locations].toSorted()).toEqual(['eu', 'europe-west1', 'europe-west4']);
});

test('all calls are on record once, without a prompt', async () => {
  await observed.expectAllOnRecord([PROMPT]);
});
