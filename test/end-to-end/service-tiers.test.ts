import { expectRefusal } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const MODEL = 'publishers/google/models/gemini-3.5-flash';
const GLOBAL = `/vertex/v1/projects/sample-project/locations/global/${MODEL}`;
const CHAT = '/openai/v1/chat/completions';
const RESPONSES = '/openai/v1/responses';
const MESSAGES = '/anthropic/v1/messages';
const PROMPT = 'Herons wait at the weir.';
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: PROMPT }] }] };
const TURNS = [{ role: 'user', content: PROMPT }];
const REQUEST_TYPE = 'x-vertex-ai-llm-request-type';
const SHARED = 'x-vertex-ai-llm-shared-request-type';
/** Dollars for a million tokens of gemini-3.5-flash: input and output. */
const PRICES = { ON_DEMAND: [1.5, 9], ON_DEMAND_FLEX: [0.75, 4.5], ON_DEMAND_PRIORITY: [2.7, 16.2] } as const;

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

afterAll(() => observed.stop());

function post(path: string, body: object, headers = {}, application = 'assistants-app'): Promise<Answer> {
  return observed.call({ application, path, headers, body: JSON.stringify(body) });
}

/** Notes what the record of an answered call says of its tier, and its cost by the tier's prices. */
function servedAs(answer: Answer, trafficType: keyof typeof PRICES, more: object = {}): void {
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({ outcome: 'answered', trafficType, ...more });
    const [input, output] = PRICES[trafficType];
    const { inputTokens, outputTokens, location } = record as Record<string, number | string>;
    // Tokens cost 10 % more elsewhere than at global.
    const factor = location === 'global' ? 1 : 1.1;
    const cost = (factor * (Number(inputTokens) * input + Number(outputTokens) * output)) / 1e6;
    expect(record.costInUsd).toBeCloseTo(cost, 12);
  });
}

/** The headers and the body of the request that Vertex AI got. */
async function sent(): Promise<{ readonly headers: object; readonly body: object }> {
  const [request] = await observed.chain.requests('vertex-ai');
  return { headers: Object(request?.headers) as object, body: JSON.parse(String(request?.body)) as object };
}

test.each([
  ['generateContent', 'flex', 'ON_DEMAND_FLEX'],
  ['generateContent', 'priority', 'ON_DEMAND_PRIORITY'],
  ['streamGenerateContent?alt=sse', 'flex', 'ON_DEMAND_FLEX'],
  ['streamGenerateContent', 'priority', 'ON_DEMAND_PRIORITY'],
] as const)('%s asks for %s by the header', async (verb, tier, trafficType) => {
  const answer = await post(`${GLOBAL}:${verb}`, CONTENTS, { [SHARED]: tier, [REQUEST_TYPE]: 'shared' });
  servedAs(answer, trafficType, { rule: 'assistants-tiers', serviceTier: tier, location: 'global' });
  expect(answer.text).toMatch(new RegExp(`"trafficType": ?"${trafficType}"`));
  expect((await sent()).headers).toMatchObject({ [SHARED]: tier, [REQUEST_TYPE]: 'shared' });
});

test.each(['flex', 'SERVICE_TIER_FLEX'])(
  'Google’s serviceTier %s becomes the header',
  async (serviceTier) => {
    servedAs(await post(`${GLOBAL}:generateContent`, { ...CONTENTS, serviceTier }), 'ON_DEMAND_FLEX');
    const { headers, body } = await sent();
    expect(headers).toMatchObject({ [SHARED]: 'flex' });
    expect(body).not.toHaveProperty('serviceTier');
  },
);

test.each([{ serviceTier: null }, { service_tier: null }, { serviceTier: null, service_tier: null }])(
  '%j is a tier that is left out, and not sent to a version that lacks it',
  async (unset) => {
    servedAs(await post(`${GLOBAL}:generateContent`, { ...CONTENTS, ...unset }), 'ON_DEMAND');
    expect((await sent()).body).toEqual(CONTENTS);
    const flex = await post(`${GLOBAL}:generateContent`, { ...CONTENTS, ...unset }, { [SHARED]: 'flex' });
    servedAs(flex, 'ON_DEMAND_FLEX', { serviceTier: 'flex' });
  },
);

test('a call without a tier has none on record', async () => {
  const answer = await post(`${GLOBAL}:generateContent`, CONTENTS);
  servedAs(answer, 'ON_DEMAND');
  observed.whenRecorded(answer, (record) => expect(record).not.toHaveProperty('serviceTier'));
});

test('a call that Google serves in another tier than it asked for costs what that one does', async () => {
  await observed.chain.inject('vertex-ai', {
    path: `/v1/projects/sample-project/locations/global/${MODEL}:generateContent`,
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Yes.' }] }, finishReason: 'STOP' }],
      usageMetadata: {
        promptTokenCount: 10,
        candidatesTokenCount: 4,
        totalTokenCount: 14,
        trafficType: 'ON_DEMAND',
      },
    },
  });
  const answer = await post(`${GLOBAL}:generateContent`, CONTENTS, { [SHARED]: 'priority' });
  servedAs(answer, 'ON_DEMAND', { serviceTier: 'priority' });
});

test.each(['flex', 'priority'])('service_tier %s of a chat is served, and told', async (tier) => {
  const body = { model: 'gemini-3.5-flash', messages: TURNS, service_tier: tier };
  const answer = await post(CHAT, body);
  servedAs(answer, tier === 'flex' ? 'ON_DEMAND_FLEX' : 'ON_DEMAND_PRIORITY', { location: 'global' });
  expect(JSON.parse(answer.text)).toMatchObject({ service_tier: tier });
  const { headers, body: at } = await sent();
  expect(headers).toMatchObject({ [SHARED]: tier });
  expect(at).not.toHaveProperty('service_tier');
});

test.each(['auto', 'default'])('service_tier %s is the standard tier', async (tier) => {
  const answer = await post(CHAT, { model: 'gemini-3.5-flash', messages: TURNS, service_tier: tier });
  servedAs(answer, 'ON_DEMAND');
  expect(JSON.parse(answer.text)).toMatchObject({ service_tier: 'default' });
  expect((await sent()).headers).not.toHaveProperty(SHARED);
});

test('the usage of a streamed chat tells the tier', async () => {
  const body = {
    model: 'gemini-3.5-flash',
    messages: TURNS,
    service_tier: 'flex',
    stream: true,
    stream_options: { include_usage: true },
  };
  const answer = await post(CHAT, body);
  servedAs(answer, 'ON_DEMAND_FLEX');
  expect(answer.text).toContain('data: {"service_tier":"flex",');
});

test.each([false, true])('a response tells the tier that served it (streamed: %s)', async (stream) => {
  const answer = await post(RESPONSES, {
    model: 'gemini-3.5-flash',
    input: PROMPT,
    service_tier: 'flex',
    stream,
  });
  servedAs(answer, 'ON_DEMAND_FLEX', { serviceTier: 'flex' });
  const end = stream ? /"type":"response\.completed".*"service_tier":"flex"/ : /"service_tier":"flex"/;
  expect(answer.text).toMatch(end);
});

test('Anthropic’s standard_only goes to shared capacity', async () => {
  const body = { model: 'claude-haiku-4-5', max_tokens: 50, messages: TURNS, service_tier: 'standard_only' };
  const answer = await post(MESSAGES, body);
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered' });
  expect((await sent()).headers).toMatchObject({ [REQUEST_TYPE]: 'shared' });
});

test('bought throughput that is exhausted is 429', async () => {
  const answer = await post(`${GLOBAL}:generateContent`, CONTENTS, { [REQUEST_TYPE]: 'dedicated' });
  expect(answer.status).toBe(429);
  observed.whenRecorded(answer, { code: 'VERTEX_RATE_LIMITED' });
});

const US = GLOBAL.replace('/global/', '/us/');
const PRO = GLOBAL.replace('gemini-3.5-flash', 'gemini-3.1-pro-preview');
const LITE = GLOBAL.replace('gemini-3.5-flash', 'gemini-3.5-flash-lite');

test.each([
  ['elsewhere', US, 'priority', 'assistants-app', /may call gemini-3\.5-flash .* in global only\./],
  ['without a grant', PRO, 'priority', 'assistants-app', /^No grant lets your application call/],
  ['of a model without it', LITE, 'flex', 'assistants-app', /^gemini-3\.5-flash-lite is not offered in/],
  ['of another team', US, 'flex', 'sandbox-app', /^No grant lets your application call/],
])('a tier %s is denied in a sentence', async (_case, path, tier, application, message) => {
  const answer = await post(`${path}:generateContent`, CONTENTS, { [SHARED]: tier }, application);
  const refusal = { status: 403, code: 'SERVICE_TIER_NOT_ALLOWED', message };
  await expectRefusal(observed, answer, refusal, { decision: 'deny', serviceTier: tier });
});

test.each([
  [CHAT, { model: 'gemini-3.5-flash', messages: TURNS, service_tier: 'priority' }],
  [RESPONSES, { model: 'gemini-3.5-flash', input: PROMPT, service_tier: 'priority' }],
])('a tier in a body of %s is denied to a team without it', async (path, body) => {
  const answer = await post(path, body, {}, 'sandbox-app');
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('SERVICE_TIER_NOT_ALLOWED');
  observed.whenRecorded(answer, { outcome: 'denied', code: 'SERVICE_TIER_NOT_ALLOWED' });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test.each([
  [SHARED, 'turbo'],
  [SHARED, 'flex,priority'],
  [REQUEST_TYPE, 'free'],
])('the header %s: %s is refused', async (name, value) => {
  const answer = await post(`${GLOBAL}:generateContent`, CONTENTS, { [name]: value });
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: [name] });
});

test.each([
  [`${GLOBAL}:countTokens`, CONTENTS],
  [
    '/vertex/v1/projects/sample-project/locations/us-central1/publishers/google/models/text-embedding-005:predict',
    { instances: [{ content: PROMPT }] },
  ],
])('%s has no tiers: the header is ignored, as by Google', async (path, body) => {
  const answer = await post(path, body, { [SHARED]: 'priority' });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, (record) => expect(record).not.toHaveProperty('serviceTier'));
  expect((await sent()).headers).not.toHaveProperty(SHARED);
});

test('the models of a caller have the tiers that it may ask for', async () => {
  const list = async (application: string) => {
    const answer = await observed.call({ application, method: 'GET', path: '/gateway/v1/models' });
    const { models } = JSON.parse(answer.text) as { models: { name: string; serviceTiers?: object }[] };
    return models.find(({ name }) => name === 'gemini-3.5-flash');
  };
  expect((await list('assistants-app'))?.serviceTiers).toMatchObject({ flex: {}, priority: {} });
  expect(await list('sandbox-app')).not.toHaveProperty('serviceTiers');
});

test('each call has exactly one record, with no prompt and no token', async () => {
  await observed.expectAllOnRecord([PROMPT]);
});
