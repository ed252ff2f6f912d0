import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const PARENT = '/vertex/v1/projects/sample-project/locations/us';
const GOOGLE = `${PARENT}/publishers/google/models`;
const REGIONAL = '/vertex/v1/projects/sample-project/locations/us-central1/publishers/google/models';
const FLASH = `${GOOGLE}/gemini-3.5-flash`;
const PICTURES = `${GOOGLE}/gemini-3.1-flash-image`;
const VEO = `${REGIONAL}/veo-3.1-generate-001`;
const CLAUDE =
  '/vertex/v1/projects/sample-project/locations/us-east5/publishers/anthropic/models/claude-haiku-4-5@20251001';
const PROMPT = { contents: [{ role: 'user', parts: [{ text: 'Irises and tulips' }] }] };
const CHAT = { model: 'gemini-3.5-flash', messages: [{ role: 'user', content: 'Irises and tulips' }] };
const MESSAGE = {
  anthropic_version: 'vertex-2023-10-16',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Irises and tulips' }],
};

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

afterAll(() => observed.stop());

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

async function post(path: string, body: object): Promise<Answer> {
  const answer = await observed.call({ application: 'assistants-app', path, body: JSON.stringify(body) });
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  return answer;
}

/** Has Vertex AI answer the next call of a path with this body. */
function answerWith(path: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return observed.chain.inject('vertex-ai', { path, status: 200, headers, body });
}

function costs(answer: Answer, costInUsd: number | undefined, more: object = {}): void {
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({ outcome: 'answered', ...more });
    if (costInUsd === undefined) expect(record).not.toHaveProperty('costInUsd');
    else expect(record.costInUsd).toBeCloseTo(costInUsd, 12);
  });
}

const METADATA = {
  promptTokenCount: 1000,
  candidatesTokenCount: 54,
  thoughtsTokenCount: 32,
  toolUsePromptTokenCount: 200,
  totalTokenCount: 1286,
};
/** Tokens of Gemini 3 and of Claude cost this many times as much in a region or multi-region as at `global`. */
const ELSEWHERE = 1.1;
/** Dollars for a million tokens of gemini-3.5-flash in us. */
const PRICE = { input: 1.5 * ELSEWHERE, output: 9 * ELSEWHERE, cached: 0.15 * ELSEWHERE };
const FLASH_COST = (1200 * PRICE.input + 86 * PRICE.output) / 1e6;
const FLASH_USAGE = {
  inputTokens: 1200,
  outputTokens: 86,
  totalTokens: 1286,
  thinkingTokens: 32,
  usageCompleteness: 'complete',
};

test('the parts of Gemini’s usage add up to its total, and cost as input and output', async () => {
  const candidates = [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }];
  await answerWith(':generateContent', { candidates, usageMetadata: METADATA });
  costs(await post(`${FLASH}:generateContent`, PROMPT), FLASH_COST, FLASH_USAGE);
});

test.each([
  ['the completion has not', { completion_tokens: 54, total_tokens: 1286 }],
  ['nothing but the total has', { total_tokens: 1286 }],
  ['the completion has', { completion_tokens: 86, total_tokens: 1286 }],
])('thoughts of a chat are output, when %s them', async (_, counts) => {
  const usage = {
    prompt_tokens: 1200,
    ...counts,
    completion_tokens_details: { reasoning_tokens: 32 },
  };
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi' } }];
  await answerWith('chat/completions', { choices, usage });
  costs(await post('/openai/v1/chat/completions', CHAT), FLASH_COST, FLASH_USAGE);
});

test('a chat that thinks counts and costs what the same call of Gemini does, whole and as a stream', async () => {
  const thinking_config = { thinking_budget: 1000, include_thoughts: false };
  const whole = await post('/openai/v1/chat/completions', { ...CHAT, google: { thinking_config } });
  const { usage } = JSON.parse(whole.text) as {
    usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
  };
  const output = usage.total_tokens - usage.prompt_tokens;
  expect(output).toBeGreaterThan(usage.completion_tokens);
  const cost = (usage.prompt_tokens * PRICE.input + output * PRICE.output) / 1e6;
  const counted = { inputTokens: usage.prompt_tokens, outputTokens: output, totalTokens: usage.total_tokens };
  costs(whole, cost, counted);
  const streamed = { ...CHAT, stream: true, google: { thinking_config } };
  costs(await post('/openai/v1/chat/completions', streamed), cost, counted);
  const config = { thinkingConfig: { thinkingBudget: 1000 } };
  costs(await post(`${FLASH}:generateContent`, { ...PROMPT, generationConfig: config }), cost, counted);
});

test('tokens cost what they cost in the location that serves the call, in every form of it', async () => {
  const candidates = [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }];
  const locations = { us: FLASH_COST, eu: FLASH_COST, global: FLASH_COST / ELSEWHERE };
  for (const [location, cost] of Object.entries(locations)) {
    const model = FLASH.replace('/locations/us/', `/locations/${location}/`);
    await answerWith(':generateContent', { candidates, usageMetadata: METADATA });
    costs(await post(`${model}:generateContent`, PROMPT), cost, { location });
    await answerWith(':streamGenerateContent', [{ candidates, usageMetadata: METADATA }]);
    costs(await post(`${model}:streamGenerateContent`, PROMPT), cost, { location });
  }
});

test('a total that is more than its parts is on record as not complete', async () => {
  const candidates = [{ finishReason: 'STOP' }];
  await answerWith(':generateContent', { candidates, usageMetadata: { ...METADATA, totalTokenCount: 2000 } });
  const more = { ...FLASH_USAGE, totalTokens: 2000, usageCompleteness: 'partial' };
  costs(await post(`${FLASH}:generateContent`, PROMPT), FLASH_COST, more);
});

test('audio among the tokens costs what other input costs, also in a cache, where it has no price of its own', async () => {
  const usageMetadata = {
    promptTokenCount: 1000,
    candidatesTokenCount: 100,
    totalTokenCount: 1100,
    cachedContentTokenCount: 500,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 400 },
      { modality: 'AUDIO', tokenCount: 600 },
    ],
    cacheTokensDetails: [
      { modality: 'TEXT', tokenCount: 200 },
      { modality: 'AUDIO', tokenCount: 300 },
    ],
  };
  await answerWith(':generateContent', { candidates: [{ finishReason: 'STOP' }], usageMetadata });
  const cost = (500 * PRICE.input + 500 * PRICE.cached + 100 * PRICE.output) / 1e6;
  costs(await post(`${FLASH}:generateContent`, PROMPT), cost);
});

test('each search of the web costs, of Google and of Claude', async () => {
  const groundingMetadata = { webSearchQueries: ['irises', 'tulips'] };
  const candidates = [{ finishReason: 'STOP', groundingMetadata }];
  await answerWith(':generateContent', { candidates, usageMetadata: METADATA });
  costs(await post(`${FLASH}:generateContent`, PROMPT), FLASH_COST + 2 * 0.014, FLASH_USAGE);
  const usage = { input_tokens: 1000, output_tokens: 100, server_tool_use: { web_search_requests: 3 } };
  await answerWith(':rawPredict', { type: 'message', stop_reason: 'end_turn', usage });
  const cost = 0.0015 * ELSEWHERE + 0.03;
  costs(await post(`${CLAUDE}:rawPredict`, MESSAGE), cost, { inputTokens: 1000, outputTokens: 100 });
});

test('an image costs its tokens, at a price of their own', async () => {
  const answer = await post(`${PICTURES}:generateContent`, PROMPT);
  const { usageMetadata } = JSON.parse(answer.text) as {
    usageMetadata: { promptTokenCount: number; candidatesTokenCount: number };
  };
  const { promptTokenCount: prompt, candidatesTokenCount: candidates } = usageMetadata;
  expect(candidates).toBeGreaterThan(1120);
  const cost = prompt * 0.5 + (candidates - 1120) * 3 + 1120 * 60;
  costs(answer, (cost * ELSEWHERE) / 1_000_000, {
    outputTokens: candidates,
  });
});

test.each<[parameters: object, costInUsd: number]>([
  [{}, 3.2],
  [{ sampleCount: 2, durationSeconds: 4, generateAudio: true }, 3.2],
  [{ sampleCount: 4, durationSeconds: 6, generateAudio: false }, 4.8],
])(
  'videos of %j cost $%d where they are ordered, and nothing when they are looked at',
  async (parameters, cost) => {
    const ordered = await post(`${VEO}:predictLongRunning`, {
      instances: [{ prompt: 'Irises' }],
      parameters,
    });
    costs(ordered, cost);
    const { name: operationName } = JSON.parse(ordered.text) as { name: string };
    for (let polls = 0; polls < 5; polls += 1)
      costs(await post(`${VEO}:fetchPredictOperation`, { operationName }), undefined);
  },
);

test('what Google charges nothing for has no cost', async () => {
  const get = (path: string) => observed.call({ application: 'assistants-app', method: 'GET', path });
  for (const model of ['gemini-3.1-flash-image', 'veo-3.1-generate-001', 'gemini-3.5-flash'])
    costs(await get(`/vertex/v1beta1/publishers/google/models/${model}`), undefined, {
      operation: 'getModel',
    });
  costs(await get('/vertex/v1beta1/publishers/google/models'), undefined, { operation: 'listModels' });
  costs(await post(`${FLASH}:countTokens`, PROMPT), undefined);
  costs(await post(`${FLASH}:computeTokens`, PROMPT), undefined);
  const counted = await post('/anthropic/v1/messages/count_tokens', {
    model: 'claude-haiku-4-5',
    messages: MESSAGE.messages,
  });
  costs(counted, undefined);
});

test('a new context cache costs its input and its storage, and nothing when it is looked at', async () => {
  const model = 'projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash';
  const contents = [{ role: 'user', parts: [{ text: 'Irises and tulips. '.repeat(2000) }] }];
  const created = await post(`${PARENT}/cachedContents`, { model, contents, ttl: '7200s' });
  const { name, usageMetadata } = JSON.parse(created.text) as {
    name: string;
    usageMetadata: { totalTokenCount: number };
  };
  const tokens = usageMetadata.totalTokenCount;
  observed.whenRecorded(created, (record) => {
    expect(record).toMatchObject({ inputTokens: tokens, totalTokens: tokens });
    expect(record.costInUsd).toBeCloseTo((tokens * PRICE.input + tokens * 2 * 1) / 1e6, 6);
  });
  const path = `${PARENT}/cachedContents/${name.split('/').at(-1) ?? ''}`;
  costs(await observed.call({ application: 'assistants-app', method: 'GET', path }), undefined);
  const used = await post(`${FLASH}:generateContent`, { ...PROMPT, cachedContent: name });
  observed.whenRecorded(used, ({ inputTokens, outputTokens, cachedTokens, totalTokens, costInUsd }) => {
    const [input, output, cached] = [inputTokens, outputTokens, cachedTokens] as number[];
    expect(cached).toBe(tokens);
    expect(Number(input) + Number(output)).toBe(totalTokens);
    const cost =
      (Number(input) - tokens) * PRICE.input + tokens * PRICE.cached + Number(output) * PRICE.output;
    expect(costInUsd).toBeCloseTo(cost / 1e6, 12);
  });
});

test('a batch job has no cost that a call about it could tell', async () => {
  const job = {
    displayName: 'irises',
    model: 'publishers/google/models/gemini-3.5-flash',
    inputConfig: {
      instancesFormat: 'jsonl',
      gcsSource: { uris: ['gs://sample-batches/input/prompts.jsonl'] },
    },
    outputConfig: {
      predictionsFormat: 'jsonl',
      gcsDestination: { outputUriPrefix: 'gs://sample-batches/output' },
    },
  };
  costs(await post(`${PARENT}/batchPredictionJobs`, job), undefined);
});

test('embeddings cost their tokens', async () => {
  const answer = await post('/openai/v1/embeddings', {
    model: 'text-embedding-005',
    input: ['an iris', 'a tulip'],
  });
  const { usage } = JSON.parse(answer.text) as { usage: { total_tokens: number } };
  costs(answer, (usage.total_tokens * 0.1) / 1e6, { totalTokens: usage.total_tokens, instances: 2 });
});

test('every call has exactly one audit record', async () => {
  await observed.expectAllOnRecord([]);
});
