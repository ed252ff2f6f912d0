import { MODEL, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const GENERATE = `${MODEL}:generateContent`;
const PRO = GENERATE.replace(
  'us/publishers/google/models/gemini-3.5-flash',
  'global/publishers/google/models/gemini-3.1-pro-preview',
);
const TOOLS = [{ functionDeclarations: [{ name: 'get_weather' }, { name: 'get_time' }] }];
const ASKED = { role: 'user', parts: [{ text: 'Use get_weather and get_time.' }] };
const RESULTS = {
  role: 'user',
  parts: ['get_weather', 'get_time'].map((name) => ({ functionResponse: { name, response: { ok: true } } })),
};

interface Content {
  role: string;
  parts: { functionCall?: { name: string }; thoughtSignature?: string }[];
}
interface Generated {
  candidates: { content: Content }[];
  usageMetadata: { thoughtsTokenCount?: number };
}

let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

async function generate(body: object, path = GENERATE): Promise<{ status: number; json: unknown }> {
  return vertex.call('POST', path, { contents: [ASKED], ...body });
}

function think(thinkingConfig: object, path?: string): Promise<{ status: number; json: unknown }> {
  return generate({ generationConfig: { thinkingConfig } }, path);
}

test.each([
  ['MINIMAL', false],
  ['LOW', true],
  ['MEDIUM', true],
  ['HIGH', true],
])('gemini-3.5-flash takes the level %s', async (thinkingLevel, thinks) => {
  const { status, json } = await think({ thinkingLevel });
  expect(status).toBe(200);
  expect((json as Generated).usageMetadata.thoughtsTokenCount !== undefined).toBe(thinks);
});

test.each([
  ['gemini-3.5-flash', {}, true],
  ['gemini-3.5-flash', { thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED' }, true],
  ['gemini-3.5-flash', { thinkingBudget: 0 }, false],
  ['gemini-3.8-flash', {}, true],
  ['gemini-3.5-flash-lite', {}, false],
  ['gemini-3.5-flash-lite', { thinkingLevel: 'LOW' }, true],
])('%s with %j thinks by itself: %s', async (model, thinkingConfig, thinks) => {
  const { json } = await think(thinkingConfig, GENERATE.replace('gemini-3.5-flash', model));
  const { usageMetadata, candidates } = json as Generated;
  expect((usageMetadata.thoughtsTokenCount ?? 0) > 0).toBe(thinks);
  const [text, ...more] = candidates[0]?.content.parts ?? [];
  expect([typeof text?.thoughtSignature, more]).toEqual([thinks ? 'string' : 'undefined', []]);
});

test('a model that thinks by itself shows its thoughts where it is asked to', async () => {
  const { json } = await think({ includeThoughts: true });
  const [thought, text] = (json as Generated).candidates[0]?.content.parts ?? [];
  expect(thought).toMatchObject({ thought: true });
  expect(thought).not.toHaveProperty('thoughtSignature');
  expect(text).toHaveProperty('thoughtSignature');
});

test('the last piece of a text that streams is signed for the whole, and the text comes back with it', async () => {
  const { json } = await generate({}, GENERATE.replace('generate', 'streamGenerate'));
  const parts = (json as Generated[]).flatMap(({ candidates }) => candidates[0]?.content.parts ?? []);
  const signed = parts.map(({ thoughtSignature }) => thoughtSignature !== undefined);
  expect(signed.indexOf(true)).toBe(parts.length - 1);
  const contents = [ASKED, { role: 'model', parts }, ASKED];
  expect((await generate({ contents })).status).toBe(200);
});

test('v1beta1 takes what v1 has, though the published descriptors of v1beta1 lack it', async () => {
  const { status, json } = await think({ thinkingLevel: 'LOW' }, GENERATE.replace('/v1/', '/v1beta1/'));
  expect(status).toBe(200);
  expect((json as Generated).usageMetadata.thoughtsTokenCount).toBeGreaterThan(0);
});

test.each([
  [
    { thinkingLevel: 'MINIMAL' },
    GENERATE.replace('3.5', '3.8'),
    'thinking_level MINIMAL is not supported by the model',
  ],
  [{ thinkingLevel: 'MINIMAL' }, PRO, 'thinking_level MINIMAL is not supported by the model'],
  [{ thinkingLevel: 'LOW', thinkingBudget: 100 }, GENERATE, 'only one of thinking_budget and thinking_level'],
])('refuses %j', async (thinkingConfig, path, message) => {
  expect(await think(thinkingConfig, path)).toMatchObject({
    status: 400,
    json: { error: { status: 'INVALID_ARGUMENT', message: expect.stringContaining(message) as string } },
  });
});

async function call(): Promise<Content> {
  const { json } = await generate({ tools: TOOLS });
  const content = (json as Generated).candidates[0]?.content;
  if (!content) throw new Error('There is no candidate.');
  return content;
}

function goOn(called: Content, more: readonly object[] = []): Promise<{ status: number; json: unknown }> {
  return generate({ contents: [ASKED, called, RESULTS, ...more], tools: TOOLS });
}

test('the first of parallel calls is signed, and goes on with its signature', async () => {
  const called = await call();
  expect(called.parts.map(({ thoughtSignature }) => thoughtSignature !== undefined)).toEqual([true, false]);
  expect((await goOn(called)).status).toBe(200);
});

test.each([
  [
    undefined,
    'function call `default_api:get_weather` in the 2. content block is missing a `thought_signature`',
  ],
  ['AAAA', 'Corrupted thought signature.'],
])('a call that comes back with the signature %j is refused', async (thoughtSignature, message) => {
  const { role, parts } = await call();
  const [first, ...others] = parts;
  const changed = { ...first, ...(thoughtSignature !== undefined && { thoughtSignature }) };
  if (thoughtSignature === undefined) delete changed.thoughtSignature;
  expect(await goOn({ role, parts: [changed, ...others] })).toMatchObject({
    status: 400,
    json: { error: { message: expect.stringContaining(message) as string } },
  });
});

test('calls of turns that are over need no signature', async () => {
  const { role, parts } = await call();
  const unsigned = {
    role,
    parts: parts.map(({ functionCall }) => ({ ...(functionCall && { functionCall }) })),
  };
  const next = { role: 'user', parts: [{ text: 'And now?' }] };
  expect((await goOn(unsigned, [next])).status).toBe(200);
});
