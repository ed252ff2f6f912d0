import { loadGovernance } from '../../src/governance/load-governance.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';
import { governanceFolder } from '../support/governance-folder.ts';

const CHAT = '/openai/v1/chat/completions';
const EMBEDDINGS = '/openai/v1/embeddings';
const IMAGES = '/openai/v1/images/generations';
const MODELS = '/openai/v1/models';
const PROMPT = 'Narwhals sing under ice.';
const MESSAGES = [{ role: 'user', content: PROMPT }];
const SAMPLE = '/v1/projects/sample-project/locations';
const { entries } = loadGovernance(governanceFolder()).documents.catalog;

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

afterAll(() => observed.stop());

function post(path: string, body: object | string, application = 'assistants-app'): Promise<Answer> {
  return observed.call({ application, path, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

function get(path: string, application = 'assistants-app'): Promise<Answer> {
  return observed.call({ application, method: 'GET', path });
}

/** The data of server-sent events, in their order; comments are no data. */
function dataOf({ text }: Answer): string[] {
  expect(text).toMatch(/\n\n$/);
  return text
    .split(/\r?\n\r?\n/)
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length));
}

interface Chat {
  readonly choices: readonly {
    readonly message: { readonly content: string };
    readonly delta: { readonly content?: string };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  } | null;
}

interface ImagesAnswer {
  readonly data: readonly object[];
  readonly usage: { readonly output_tokens: number; readonly total_tokens: number };
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly param?: string | null;
  readonly message?: RegExp;
}

/** Expects an error with OpenAI's members and no others. A call that is not on record has no request id. */
function expectError(
  answer: Answer,
  { status, type, code, param = null, message = /^[A-Z].*\.$/ }: Refusal,
): void {
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json']);
  expect(JSON.parse(answer.text)).toEqual({
    error: { message: expect.stringMatching(message) as string, type, param, code },
  });
  expect(answer.headers['request-id'] ?? '').toBe(answer.requestId);
}

test.each([
  ['its catalog name', 'gemini-3.5-flash'],
  ['its alias', 'gemini-fast'],
  ['its publisher and name', 'google/gemini-3.5-flash'],
  ['its name on Vertex AI', 'publishers/google/models/gemini-3.5-flash'],
])('a chat with a model by %s is answered by it, and the record has its usage', async (_, model) => {
  const answer = await post(CHAT, { model, messages: MESSAGES });
  expect(answer.status).toBe(200);
  const { choices, usage } = JSON.parse(answer.text) as Chat;
  expect(choices[0]?.message.content).toContain('narwhals');
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([
    { path: `${SAMPLE}/us/endpoints/openapi/chat/completions` },
  ]);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    dialect: 'openai',
    decision: 'allow',
    rule: 'assistants-chat',
    operation: 'chatCompletions',
    publisher: 'google',
    model: 'gemini-3.5-flash',
    location: 'us',
    finishReason: choices[0]?.finish_reason,
    inputTokens: usage?.prompt_tokens,
    // Thoughts of Gemini are in the total alone.
    outputTokens: Number(usage?.total_tokens) - Number(usage?.prompt_tokens),
    totalTokens: usage?.total_tokens,
    usageCompleteness: 'complete',
  });
});

test('tools, formats, pictures and strange bytes reach Google as they came; only the alias is changed', async () => {
  const rest =
    ',"messages":[{"role":"user","content":[{"type":"text","text":"\\u00e9 é"},{"type":"image_url","image_url":{"url":' +
    '"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="' +
    '}}]}],  "temperature" : 1.0,"tools":[{"type":"function","function":{"name":"look_up","parameters":{"type":"object"}}}]' +
    ',"tool_choice":"none","response_format":{"type":"text"},"user":"somebody" }\n';
  const answer = await post(CHAT, `{ "model":"gemini-fast"${rest}`);
  expect(answer.status).toBe(200);
  const [request] = await observed.chain.requests('vertex-ai');
  expect(request?.body).toBe(`{ "model":"google/gemini-3.5-flash"${rest}`);
  expect(request?.headers).not.toHaveProperty('ocp-apim-subscription-key');
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('a stream ends with [DONE], keeps usage from a client that asks for none, and has it on record', async () => {
  const whole = await post(CHAT, { model: 'gemini-fast', messages: MESSAGES });
  const answer = await post(CHAT, { model: 'gemini-fast', messages: MESSAGES, stream: true });
  expect([answer.status, answer.headers['content-type']]).toEqual([
    200,
    expect.stringMatching(/^text\/event-stream/),
  ]);
  const data = dataOf(answer);
  expect(data.at(-1)).toBe('[DONE]');
  const chunks = data.slice(0, -1).map((one) => JSON.parse(one) as Chat);
  expect(chunks.every(({ choices, usage }) => choices.length === 1 && !usage)).toBe(true);
  const { choices, usage } = JSON.parse(whole.text) as Chat;
  expect(chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('')).toBe(
    choices[0]?.message.content,
  );
  observed.whenRecorded(answer, {
    outcome: 'answered',
    finishReason: 'stop',
    totalTokens: usage?.total_tokens,
    usageCompleteness: 'complete',
    responseBytes: answer.bytes.length,
  });
});

test('a client that asks for usage has it in the last chunk of its stream', async () => {
  const body = {
    model: 'gemini-fast',
    messages: MESSAGES,
    stream: true,
    stream_options: { include_usage: true },
  };
  const answer = await post(CHAT, body);
  const last = JSON.parse(dataOf(answer).at(-2) ?? '') as Chat;
  expect(last).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) as number } });
  observed.whenRecorded(answer, { outcome: 'answered', totalTokens: last.usage?.total_tokens });
});

test('a caller that must stay in Europe is served in Europe', async () => {
  const answer = await post(CHAT, { model: 'gemini-3.5-flash-lite', messages: MESSAGES }, 'eu-analytics-app');
  expect(answer.status).toBe(200);
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([
    { path: `${SAMPLE}/eu/endpoints/openapi/chat/completions` },
  ]);
  observed.whenRecorded(answer, { outcome: 'answered', location: 'eu', rule: 'analytics-gemini' });
});

test('a container of one’s own is chatted with by its catalog name', async () => {
  const answer = await post(CHAT, { model: 'text-container', messages: MESSAGES });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('choices')]);
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([
    { path: `${SAMPLE}/us-central1/endpoints/5678901234/chat/completions` },
  ]);
  const { usage } = JSON.parse(answer.text) as Chat;
  observed.whenRecorded(answer, {
    outcome: 'answered',
    endpoint: '5678901234',
    totalTokens: usage?.total_tokens,
  });
});

const DENIALS: [what: string, application: string, model: string, code: string, message: RegExp][] = [
  ['a model without a grant', 'sandbox-app', 'gemini-3.1-pro-preview', 'NOT_GRANTED', /Ask for/],
  [
    'a model that there is not',
    'assistants-app',
    'gemini-9',
    'MODEL_NOT_FOUND',
    /no such model.* You may use /,
  ],
  ['a Claude', 'assistants-app', 'claude-haiku-4-5', 'OPERATION_NOT_ALLOWED', /It offers: rawPredict/],
  [
    'a location outside',
    'eu-analytics-app',
    'projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash-lite',
    'LOCATION_NOT_ALLOWED',
    /eu, europe-west1, europe-west4 only/,
  ],
];

test.each(DENIALS)(
  'a chat with %s is denied as the rules say',
  async (_, application, model, code, message) => {
    const answer = await post(CHAT, { model, messages: MESSAGES }, application);
    const refusal =
      code === 'MODEL_NOT_FOUND' ? { status: 404, code: 'model_not_found' } : { status: 403, code };
    expectError(answer, { ...refusal, type: 'invalid_request_error', message });
    expect(answer.headers['x-should-retry']).toBe('false');
    expect(await observed.chain.requests('vertex-ai')).toEqual([]);
    observed.whenRecorded(answer, { outcome: 'denied', decision: 'deny', dialect: 'openai', code });
  },
);

const BAD: [what: string, path: string, body: object | string, code: string, param: string | null][] = [
  ['a chat without a model', CHAT, { messages: MESSAGES }, 'INVALID_REQUEST', 'model'],
  ['a chat without messages', CHAT, { model: 'gemini-fast' }, 'INVALID_REQUEST', 'messages'],
  ['a chat that is no JSON', CHAT, '{"model":', 'INVALID_JSON', null],
  ['a key that stands twice', CHAT, '{"model":"a","model":"b"}', 'INVALID_JSON', 'model'],
  [
    'embeddings of tokens',
    EMBEDDINGS,
    { model: 'text-embedding-005', input: [[1]] },
    'INVALID_REQUEST',
    'input[0]',
  ],
];

test.each(BAD)(
  '%s is refused with its place and never reaches Google',
  async (_, path, body, code, param) => {
    const answer = await post(path, body);
    expectError(answer, { status: 400, type: 'invalid_request_error', code, param });
    expect(await observed.chain.requests('vertex-ai')).toEqual([]);
    observed.whenRecorded(answer, { outcome: 'denied', code });
  },
);

interface Embeddings {
  readonly data: readonly { readonly embedding: readonly number[] | string; readonly index: number }[];
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}

test('embeddings come as numbers or as base64, with exact usage', async () => {
  const input = [PROMPT, 'Belugas too.'];
  const body = { model: 'text-embedding-005', input, dimensions: 64 };
  const [floats, base64] = [
    await post(EMBEDDINGS, body, 'sandbox-app'),
    await post(EMBEDDINGS, { ...body, encoding_format: 'base64' }, 'sandbox-app'),
  ];
  const { data, usage } = JSON.parse(floats.text) as Embeddings;
  expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
    [0, 64],
    [1, 64],
  ]);
  const encoded = (JSON.parse(base64.text) as Embeddings).data.map(({ embedding }) =>
    Buffer.from(embedding as string, 'base64'),
  );
  data.forEach(({ embedding }, index) => {
    (embedding as number[]).forEach((value, place) => {
      expect(encoded[index]?.readFloatLE(place * 4)).toBeCloseTo(value, 6);
    });
  });
  expect(usage.prompt_tokens).toBe(usage.total_tokens);
  expect(await observed.chain.requests('vertex-ai')).toHaveLength(2);
  for (const answer of [floats, base64])
    observed.whenRecorded(answer, {
      outcome: 'answered',
      dialect: 'openai',
      operation: 'predict',
      model: 'text-embedding-005',
      location: 'us-central1',
      instances: 2,
      inputTokens: usage.prompt_tokens,
      totalTokens: usage.total_tokens,
      usageCompleteness: 'complete',
    });
});

test.each([
  ['text-embedding-005', 'predict', 501, 3],
  ['gemini-embedding-001', 'predict', 5, 5],
  ['gemini-embedding-2', 'embedContent', 4, 4],
])(
  '%s embeds any number of texts by %s, in their order and on one record',
  async (model, operation, count, requests) => {
    const input = Array.from({ length: count }, (_, index) => `narwhal ${index}`);
    const answer = await post(EMBEDDINGS, { model, input, dimensions: 128 });
    expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.any(String)]);
    const { data, usage } = JSON.parse(answer.text) as Embeddings;
    expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
    expect(data.every(({ embedding }) => embedding.length === 128)).toBe(true);
    const sent = await observed.chain.requests('vertex-ai');
    expect(sent).toHaveLength(requests);
    expect(sent.every(({ path }) => path.endsWith(`/models/${model}:${operation}`))).toBe(true);
    // The vectors are those that each text has alone.
    for (const at of [0, count - 1]) {
      const alone = await post(EMBEDDINGS, { model, input: input[at], dimensions: 128 });
      expect((JSON.parse(alone.text) as Embeddings).data[0]?.embedding).toEqual(data[at]?.embedding);
      observed.whenRecorded(alone, (record) => expect(record).not.toHaveProperty('vertexRequests'));
    }
    observed.whenRecorded(answer, {
      outcome: 'answered',
      dialect: 'openai',
      operation,
      model,
      vertexRequests: requests,
      inputTokens: usage.prompt_tokens,
      costInUsd: expect.any(Number) as number,
      usageCompleteness: 'complete',
    });
  },
);

test('one text that is too long ends the call in one error, which says where it is', async () => {
  const input = [...Array<string>(300).fill('a'), 'narwhal '.repeat(3_000)];
  const answer = await post(EMBEDDINGS, { model: 'text-embedding-005', input });
  expectError(answer, {
    status: 400,
    type: 'invalid_request_error',
    code: 'VERTEX_INVALID_ARGUMENT',
    message: /This is about the texts 251 to 301, and no other was answered\.$/,
  });
  observed.whenRecorded(answer, { outcome: 'failed', model: 'text-embedding-005' });
});

const TODAY = new Date().toISOString().slice(0, 10);
const OFFERED = entries
  .filter(({ retires }) => retires === undefined || retires.on > TODAY)
  .filter(
    ({ name, operations }) =>
      /^(claude|text-embedding|gemini-embedding-)/.test(name) ||
      operations.some((one) => /^(chatCompletions|generateContent)$/.test(one)),
  )
  .map(({ name }) => name);
/** The models that answer responses and no chats. */
const RESPONSES_ONLY = /^(claude-|support-assistant$)|image$/;

test.each([
  ['assistants-app', OFFERED],
  [
    'sandbox-app',
    [
      'gemini-3.5-flash',
      'gemini-3.5-flash-lite',
      'gemini-3.8-flash',
      'claude-haiku-4-5',
      'text-embedding-005',
      'gemini-embedding-001',
      'gemini-embedding-2',
    ],
  ],
  ['eu-analytics-app', ['gemini-3.5-flash', 'gemini-3.5-flash-lite', 'text-embedding-005']],
  ['scoring-app', []],
  ['nobody-app', []],
])('%s sees the models that it may use here, without a call to Google', async (application, ids) => {
  const answer = await get(MODELS, application);
  expect(answer.status).toBe(200);
  const list = JSON.parse(answer.text) as { data: { id: string }[] };
  expect(list).toMatchObject({ object: 'list' });
  expect(list.data.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({
      outcome: 'answered',
      dialect: 'openai',
      operation: 'models',
      status: '200',
    });
    expect(record).not.toHaveProperty('decision');
    expect(record).not.toHaveProperty('model');
  });
});

test('each model that is listed can be asked for, and used', async () => {
  const list = JSON.parse((await get(MODELS)).text) as { data: { id: string }[] };
  for (const { id } of list.data) {
    const answer = await get(`${MODELS}/${id}`);
    expect(JSON.parse(answer.text)).toMatchObject({ id, object: 'model', created: 0 });
    const isEmbedding = id.includes('embedding');
    const used = isEmbedding
      ? await post(EMBEDDINGS, { model: id, input: 'a' })
      : RESPONSES_ONLY.test(id)
        ? await post('/openai/v1/responses', { model: id, input: PROMPT })
        : await post(CHAT, { model: id, messages: MESSAGES });
    expect([id, used.status]).toEqual([id, 200]);
  }
});

test.each(['gemini-fast', 'google%2Fgemini-3.5-flash'])('one model is found by %s', async (name) => {
  const answer = await get(`${MODELS}/${name}`);
  expect(JSON.parse(answer.text)).toEqual({
    id: 'gemini-3.5-flash',
    object: 'model',
    created: 0,
    owned_by: 'google',
  });
  observed.whenRecorded(answer, { outcome: 'answered', operation: 'models' });
});

test.each(['gemini-3.1-pro-preview', 'claude-sonnet-5-5'])(
  'sandbox-app is told that it may not use %s here, and what it may use',
  async (name) => {
    const answer = await get(`${MODELS}/${name}`, 'sandbox-app');
    expectError(answer, {
      status: 403,
      type: 'invalid_request_error',
      code: 'MODEL_NOT_ALLOWED',
      message: /^You may not use this model here\..*You may use /,
    });
    observed.whenRecorded(answer, { outcome: 'denied', operation: 'models', code: 'MODEL_NOT_ALLOWED' });
  },
);

test('a model that the catalog does not have is 404 in OpenAI’s words', async () => {
  const answer = await get(`${MODELS}/gemini-9`, 'sandbox-app');
  expectError(answer, {
    status: 404,
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: /^There is no model of this name here\..*You may use /,
  });
  observed.whenRecorded(answer, { outcome: 'denied', operation: 'models', code: 'MODEL_NOT_FOUND' });
});

test('images are made one by one, and stand on one record with their usage and cost', async () => {
  const body = { model: 'gemini-3.1-flash-image', prompt: PROMPT, n: 2, size: '1536x1024' };
  const answer = await post(IMAGES, body);
  expect(answer.status).toBe(200);
  const { data, usage } = JSON.parse(answer.text) as ImagesAnswer;
  expect(data).toHaveLength(2);
  for (const image of data)
    expect(image).toEqual({ b64_json: expect.stringMatching(/^iVBORw0KGgo/) as string });
  expect(usage.output_tokens).toBe(2 * 1120);
  const sent = await observed.chain.requests('vertex-ai');
  expect(sent.map(({ path }) => path)).toEqual(
    Array(2).fill(expect.stringMatching(/gemini-3\.1-flash-image:generateContent$/)),
  );
  observed.whenRecorded(answer, {
    outcome: 'answered',
    operation: 'generateContent',
    model: 'gemini-3.1-flash-image',
    vertexRequests: 2,
    // 60 dollars a million.
    costInUsd: expect.closeTo(0.1479, 3) as number,
    totalTokens: usage.total_tokens,
    usageCompleteness: 'complete',
  });
});

test.each([
  ['a model of texts', { model: 'gemini-fast' }, 400, 'INVALID_REQUEST', /model: must be a model of images/],
  ['Imagen', { model: 'imagen-4.0-generate-001' }, 404, 'MODEL_RETIRED', /gemini-3\.1-flash-image/],
  ['an address', { response_format: 'url' }, 400, 'INVALID_REQUEST', /response_format: must be b64_json/],
])('images by %s are refused with what to use', async (_, change, status, code, message) => {
  const answer = await post(IMAGES, { model: 'gemini-3.1-flash-image', prompt: PROMPT, ...change });
  expect(answer.status).toBe(status);
  expect(answer.text).toMatch(message);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  observed.whenRecorded(answer, { code });
});

test('an image that Google’s filters hold back is 400', async () => {
  const prompt = 'Draw with finish reason IMAGE_SAFETY';
  const answer = await post(IMAGES, { model: 'gemini-3.1-flash-image', prompt });
  expectError(answer, { status: 400, type: 'invalid_request_error', code: 'VERTEX_INVALID_ARGUMENT' });
  observed.whenRecorded(answer, { outcome: 'failed', code: 'VERTEX_INVALID_ARGUMENT' });
});

test('what the edge does not know is refused there in the same shape', async () => {
  const answer = await post('/openai/v1/images/edits', { prompt: PROMPT });
  expectError(answer, { status: 404, type: 'invalid_request_error', code: 'OPERATION_NOT_FOUND' });
  observed.whenRecorded(answer, { outcome: 'denied', code: 'OPERATION_NOT_FOUND', recordedBy: 'edge' });
});

test('the function app refuses calls that API Management did not make, in OpenAI’s shape', async () => {
  for (const [method, path, body] of [
    ['POST', CHAT, '{}'],
    ['GET', MODELS, undefined],
  ] as const) {
    const answer = await observed.callDirectly({ method, path, ...(body !== undefined && { body }) });
    expectError(answer, {
      status: 401,
      type: 'invalid_request_error',
      code: 'CALLER_NOT_AUTHENTICATED',
    });
  }
});

test('Google’s quota is a rate limit with its time to wait; Google’s failure is a server error', async () => {
  const quota = {
    code: 429,
    message: 'Quota.',
    status: 'RESOURCE_EXHAUSTED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' }],
  };
  await observed.chain.inject('vertex-ai', {
    path: 'chat/completions',
    status: 429,
    body: [{ error: quota }],
  });
  const exhausted = await post(CHAT, { model: 'gemini-fast', messages: MESSAGES });
  expectError(exhausted, { status: 429, type: 'rate_limit_error', code: 'VERTEX_RATE_LIMITED' });
  expect(exhausted.headers).toMatchObject({ 'retry-after': '2', 'retry-after-ms': '1500' });
  observed.whenRecorded(exhausted, { outcome: 'failed', code: 'VERTEX_RATE_LIMITED', status: '429' });

  await observed.chain.inject('vertex-ai', { path: 'chat/completions', status: 500 });
  const failed = await post(CHAT, { model: 'gemini-fast', messages: MESSAGES });
  expectError(failed, { status: 502, type: 'server_error', code: 'VERTEX_FAILED' });
  observed.whenRecorded(failed, { outcome: 'failed', code: 'VERTEX_FAILED', status: '502' });
});

test.each([
  ['breaks off', { abortAfterChunks: 2 }, 'VERTEX_STREAM_BROKEN'],
  ['has an error in its midst', { errorAfterChunks: 2, status: 503 }, 'VERTEX_UNAVAILABLE'],
])('a stream that %s ends with the error and never with [DONE]', async (_, fault, code) => {
  await observed.chain.inject('vertex-ai', { path: 'chat/completions', ...fault });
  const answer = await post(CHAT, { model: 'gemini-fast', messages: MESSAGES, stream: true });
  expect(answer.status).toBe(200);
  const data = dataOf(answer);
  expect(data.length).toBeGreaterThan(1);
  expect(data).not.toContain('[DONE]');
  expect(JSON.parse(data.at(-1) ?? '')).toEqual({
    error: {
      message: expect.stringMatching(/^Vertex AI .*\.$/) as string,
      type: expect.stringMatching(/^(server|service_unavailable)_error$/) as string,
      param: null,
      code,
    },
  });
  observed.whenRecorded(answer, { outcome: 'interrupted', code, usageCompleteness: 'partial' });
});

test('a whole chat stream that Vertex AI leaves without [DONE] gets it', async () => {
  const chunks = [
    { choices: [{ index: 0, delta: { content: PROMPT }, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 } },
  ].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  const headers = { 'content-type': 'text/event-stream' };
  await observed.chain.inject('vertex-ai', {
    path: 'chat/completions',
    status: 200,
    headers,
    body: chunks.join(''),
  });
  const answer = await post(CHAT, { model: 'gemini-fast', messages: MESSAGES, stream: true });
  expect(answer.text).toBe(`${chunks[0]}data: [DONE]\n\n`);
  observed.whenRecorded(answer, { outcome: 'answered', totalTokens: 5, usageCompleteness: 'complete' });
});

test('a chat searches the web where a rule allows it', async () => {
  const answer = await post(CHAT, { model: 'gemini-fast', messages: MESSAGES, web_search_options: {} });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"choices"')]);
  const [request] = await observed.chain.requests('vertex-ai');
  expect(JSON.parse(String(request?.body))).toHaveProperty('web_search_options');
  const [choice] = (JSON.parse(answer.text) as { choices: [{ message: Cited }] }).choices;
  expectCitations(choice.message.content, choice.message);
  expectSearch(answer);
});

test('a chat that streams cites the pages that it searched for', async () => {
  const body = { model: 'gemini-fast', messages: MESSAGES, web_search_options: {}, stream: true };
  const answer = await post(CHAT, body);
  const deltas = dataOf(answer).flatMap((data) =>
    data === '[DONE]'
      ? []
      : (JSON.parse(data) as { choices: { delta: Cited }[] }).choices.map(({ delta }) => delta),
  );
  const last = deltas.findLast(({ annotations }) => annotations) ?? { content: '' };
  expectCitations(deltas.map(({ content }) => content).join(''), last);
  expectSearch(answer);
});

interface Cited {
  readonly content: string;
  readonly annotations?: readonly { readonly url_citation: { start_index: number; end_index: number } }[];
}

function expectCitations(text: string, { annotations = [] }: Cited): void {
  expect(annotations.length).toBeGreaterThan(0);
  for (const annotation of annotations) {
    expect(annotation).toMatchObject({
      type: 'url_citation',
      url_citation: { url: expect.stringMatching(/^https:/) as string, title: 'example.com' },
    });
    const { start_index: start, end_index: end } = annotation.url_citation;
    expect(text.slice(start, end)).toMatch(/\.$/);
  }
}

/** Checks that a search is on record, and costs what it costs beside the tokens. */
function expectSearch(answer: Answer): void {
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({
      outcome: 'answered',
      operation: 'chatCompletions',
      usageCompleteness: 'complete',
      searches: 1,
    });
    const tokens = ((Number(record.inputTokens) * 1.5 + Number(record.outputTokens) * 9) * 1.1) / 1e6;
    expect(record.costInUsd).toBeCloseTo(tokens + 0.014, 9);
  });
}

test('all calls are on record once, without prompts, predictions, tokens or keys', async () => {
  await observed.expectAllOnRecord(['narwhals', 'belugas', 'under ice']);
});
