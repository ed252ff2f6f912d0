import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const RESPONSES = '/openai/v1/responses';
const PROMPT = 'Narwhals sing under ice.';
const PLACE = '/v1/projects/sample-project/locations';
const WEATHER = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const GEMINI = {
  model: 'gemini-fast',
  publisher: 'google',
  own: 'gemini-3.5-flash',
  location: 'us',
};
const CLAUDE = {
  model: 'claude-haiku-4-5',
  publisher: 'anthropic',
  own: 'claude-haiku-4-5@20251001',
  location: 'us-east5',
};
const MODELS = [
  ['Gemini', { ...GEMINI, whole: 'generateContent', streamed: 'streamGenerateContent' }],
  ['Claude', { ...CLAUDE, whole: 'rawPredict', streamed: 'streamRawPredict' }],
] as const;

type Json = Readonly<Record<string, unknown>>;

interface Item {
  readonly type: string;
  readonly call_id?: string;
  readonly name?: string;
  readonly content?: readonly { readonly text: string }[];
}
interface Answered {
  readonly status: string;
  readonly store: boolean;
  readonly output: readonly Item[];
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly total_tokens: number;
  };
}
interface Event {
  readonly type: string;
  readonly sequence_number: number;
  readonly delta?: string;
  readonly response?: Answered;
  readonly code?: string;
}

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

afterAll(() => observed.stop());

function post(body: object | string, application = 'assistants-app'): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return observed.call({ application, path: RESPONSES, body: text });
}

function textOf({ output }: Answered): string {
  return output.flatMap(({ content = [] }) => content.map(({ text }) => text)).join('');
}

/** The events of a stream; comments are none. */
function eventsOf({ text }: Answer): Event[] {
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name, data = '']) => {
    const event = JSON.parse(data) as Event;
    expect(event.type).toBe(name);
    return event;
  });
}

function expectError(
  answer: Answer,
  status: number,
  code: string,
  param: string | null,
  message: RegExp,
): void {
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json']);
  expect(JSON.parse(answer.text)).toEqual({
    error: {
      message: expect.stringMatching(message) as string,
      type: 'invalid_request_error',
      param,
      code,
    },
  });
}

test.each(MODELS)('%s answers, and the record has its operation and its usage', async (_, model) => {
  const answer = await post({ model: model.model, input: PROMPT });
  expect(answer.status).toBe(200);
  const response = JSON.parse(answer.text) as Answered;
  expect(response).toMatchObject({ status: 'completed', store: false, model: model.model });
  expect(textOf(response)).toContain('narwhals');
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([
    { path: `${PLACE}/${model.location}/publishers/${model.publisher}/models/${model.own}:${model.whole}` },
  ]);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    dialect: 'openai',
    rule: 'assistants-chat',
    operation: model.whole,
    publisher: model.publisher,
    model: model.own,
    location: model.location,
    inputTokens: response.usage.input_tokens,
    outputTokens: response.usage.output_tokens,
    totalTokens: response.usage.total_tokens,
    usageCompleteness: 'complete',
    costInUsd: expect.any(Number) as number,
    responseBytes: answer.bytes.length,
  });
});

test.each(MODELS)('%s streams, and the stream says the same as the whole answer', async (_, model) => {
  const whole = JSON.parse((await post({ model: model.model, input: PROMPT })).text) as Answered;
  const answer = await post({ model: model.model, input: PROMPT, stream: true });
  expect([answer.status, answer.headers['content-type']]).toEqual([
    200,
    expect.stringMatching(/^text\/event-stream/),
  ]);
  const events = eventsOf(answer);
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, index) => index));
  const deltas = events.filter(({ type }) => type === 'response.output_text.delta');
  expect(deltas.length).toBeGreaterThan(1);
  expect(deltas.map(({ delta }) => delta).join('')).toBe(textOf(whole));
  expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { usage: whole.usage } });
  observed.whenRecorded(answer, {
    outcome: 'answered',
    operation: model.streamed,
    totalTokens: whole.usage.total_tokens,
    usageCompleteness: 'complete',
    responseBytes: answer.bytes.length,
  });
});

test.each(MODELS)(
  'a function is called by %s, and its result is answered to',
  async (_, { model, publisher }) => {
    const input = [{ role: 'user', content: 'Please get_weather.' }];
    const reasoning = publisher === 'anthropic' ? { effort: 'low', summary: 'auto' } : { summary: 'auto' };
    const first = await post({ model, input, tools: [WEATHER], reasoning });
    const { output } = JSON.parse(first.text) as Answered;
    const call = output.find(({ type }) => type === 'function_call');
    expect(call).toMatchObject({
      name: 'get_weather',
      arguments: expect.stringContaining('"city"') as string,
    });
    const result = { type: 'function_call_output', call_id: call?.call_id, output: 'Sunny in Lisbon.' };
    const second = await post({ model, input: [...input, ...output, result], tools: [WEATHER], reasoning });
    expect([second.status, textOf(JSON.parse(second.text) as Answered)]).toEqual([
      200,
      expect.stringContaining('lisbon'),
    ]);
  },
);

test('a schema of the text is kept to', async () => {
  const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  const text = { format: { type: 'json_schema', name: 'thing', schema } };
  const answer = await post({ model: 'gemini-fast', input: PROMPT, text });
  expect(JSON.parse(textOf(JSON.parse(answer.text) as Answered))).toEqual({
    name: expect.any(String) as string,
  });
});

test.each([
  ['previous_response_id', { previous_response_id: 'resp_1' }, /stores no responses/],
  ['background', { background: true }, /Leave it out/],
  ['tools[0].type', { tools: [{ type: 'file_search' }] }, /Leave it out/],
  [
    'tools[0].external_web_access',
    { tools: [{ type: 'web_search', external_web_access: false }] },
    /`web_search = "disabled"`/,
  ],
  ['input[0]', { input: [{ type: 'item_reference', id: 'msg_1' }] }, /`store: false`/],
])('%s is refused with 400, and never tried again', async (param, body, message) => {
  const answer = await post({ model: 'gemini-fast', input: PROMPT, ...body });
  expectError(answer, 400, 'UNSUPPORTED_PARAMETER', param, message);
  expect(answer.headers['x-should-retry']).toBe('false');
  observed.whenRecorded(answer, { outcome: 'denied', dialect: 'openai', code: 'UNSUPPORTED_PARAMETER' });
});

test('Gemini searches the web where a rule allows it, and its pages are cited', async () => {
  const body = { model: 'gemini-fast', input: PROMPT, tools: [{ type: 'web_search' }] };
  const answer = await post(body);
  const { output } = JSON.parse(answer.text) as { output: Json[] };
  const search = output.find(({ type }) => type === 'web_search_call');
  expect(search).toMatchObject({
    status: 'completed',
    action: { type: 'search', sources: [{ type: 'url' }] },
  });
  const message = output.find(({ type }) => type === 'message') as unknown as {
    content: [{ text: string; annotations: { start_index: number; end_index: number; type: string }[] }];
  };
  const [{ text, annotations }] = message.content;
  expect(annotations.length).toBeGreaterThan(0);
  for (const { type, start_index: start, end_index: end } of annotations)
    expect([type, text.slice(start, end)]).toEqual(['url_citation', expect.stringMatching(/\.$/)]);
  const [request] = await observed.chain.requests('vertex-ai');
  expect(JSON.parse(String(request?.body))).toMatchObject({ tools: [{ googleSearch: {} }] });
  observed.whenRecorded(answer, ({ costInUsd, inputTokens, outputTokens, searches }) => {
    // Tokens cost 10 % more in us than at global.
    const tokens = ((Number(inputTokens) * 1.5 + Number(outputTokens) * 9) * 1.1) / 1e6;
    expect(costInUsd).toBeCloseTo(tokens + 0.014, 9);
    expect(searches).toBe(1);
  });
  const streamed = await post({ ...body, stream: true });
  expect(eventsOf(streamed).map(({ type }) => type)).toEqual(
    expect.arrayContaining(['response.output_text.annotation.added', 'response.web_search_call.completed']),
  );
  observed.whenRecorded(streamed, { outcome: 'answered', usageCompleteness: 'complete' });
});

test('a model of images answers with pictures, which cost their tokens', async () => {
  const answer = await post({ model: 'gemini-3.1-flash-image', input: PROMPT });
  const { output } = JSON.parse(answer.text) as { output: { type: string; result?: string }[] };
  const picture = output.find(({ type }) => type === 'image_generation_call');
  expect(
    Buffer.from(picture?.result ?? '', 'base64')
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({ outcome: 'answered', operation: 'generateContent' });
    expect(Number(record.costInUsd)).toBeGreaterThan((1120 * 60) / 1e6);
  });
});

test('Claude searches the web by its own tool', async () => {
  const tools = [{ type: 'web_search', filters: { allowed_domains: ['whales.example'] } }];
  const body = { model: CLAUDE.model, input: 'Where do narwhals live?', tools };
  const answer = await post(body);
  const { output } = JSON.parse(answer.text) as { output: [Json, { content: [{ text: string }] }] };
  const [{ text }] = output[1].content;
  const url = expect.stringMatching(/^https:\/\/whales\.example\//) as string;
  const citation = { type: 'url_citation', start_index: 0, end_index: text.length, url };
  expect(output).toMatchObject([
    { type: 'web_search_call', status: 'completed', action: { query: 'Where do narwhals live' } },
    { type: 'message', content: [{ annotations: [citation] }] },
  ]);
  const [request] = await observed.chain.requests('vertex-ai');
  expect(JSON.parse(String(request?.body))).toMatchObject({
    tools: [{ type: 'web_search_20250305', name: 'web_search', allowed_domains: ['whales.example'] }],
  });
  const streamed = await post({ ...body, stream: true });
  expect(eventsOf(streamed).map(({ type }) => type)).toEqual(
    expect.arrayContaining(['response.output_text.annotation.added', 'response.web_search_call.completed']),
  );
  for (const [one, operation] of [
    [answer, 'rawPredict'],
    [streamed, 'streamRawPredict'],
  ] as const)
    observed.whenRecorded(one, (record) => {
      expect(record).toMatchObject({ outcome: 'answered', operation, searches: 1 });
      const { inputTokens, outputTokens, costInUsd } = record;
      // The tokens cost 10 % more in a region, and each search the same everywhere.
      const tokens = ((Number(inputTokens) + Number(outputTokens) * 5) * 1.1) / 1e6;
      expect(costInUsd).toBeCloseTo(tokens + 0.01, 9);
    });
});

test.each([
  ['gemini-fast', 'googleSearch'],
  ['claude-haiku-4-5', 'webSearch'],
])('a search by %s is refused to a team without the tool %s', async (model, tool) => {
  const answer = await post({ model, input: PROMPT, tools: [{ type: 'web_search' }] }, 'sandbox-app');
  expect(answer.status).toBe(403);
  expect(answer.text).toContain(
    `tools[0] of the body gives the model ${tool}, a tool that the rules do not allow`,
  );
  observed.whenRecorded(answer, { outcome: 'denied', code: 'TOOL_NOT_ALLOWED' });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('a response that is asked for by its id is not there', async () => {
  const answer = await observed.call({
    application: 'assistants-app',
    method: 'GET',
    path: `${RESPONSES}/resp_1`,
  });
  expectError(answer, 404, 'OPERATION_NOT_FOUND', null, /^There is no such operation/);
});

test('the model must be granted, as elsewhere', async () => {
  const answer = await post({ model: 'gemini-3.1-pro-preview', input: PROMPT }, 'sandbox-app');
  expectError(answer, 403, 'NOT_GRANTED', null, /grant/);
  observed.whenRecorded(answer, { outcome: 'denied', decision: 'deny', code: 'NOT_GRANTED' });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('a place that the rules do not allow is refused by its member', async () => {
  const content = [{ type: 'input_image', image_url: 'https://elsewhere.example/a.png' }];
  const answer = await post({ model: 'gemini-fast', input: [{ role: 'user', content }] });
  expectError(answer, 403, 'STORAGE_NOT_ALLOWED', 'input[0].content[0].image_url', /No rule allows/);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'STORAGE_NOT_ALLOWED' });
});

test('residency holds: the European team is served in Europe', async () => {
  const answer = await post({ model: 'gemini-fast', input: PROMPT, stream: true }, 'eu-analytics-app');
  expect(eventsOf(answer).at(-1)?.type).toBe('response.completed');
  observed.whenRecorded(answer, { outcome: 'answered', location: 'eu', durability: 'strict' });
});

test.each([
  ['SAFETY', 'incomplete'],
  ['IMAGE_PROHIBITED_CONTENT', 'incomplete'],
  ['MALFORMED_FUNCTION_CALL', 'failed'],
  ['TOO_MANY_TOOL_CALLS', 'failed'],
])(
  'an answer that ends for the reason %s is %s, whole and streamed, and on record',
  async (reason, status) => {
    const input = `Say it with the finish reason ${reason}.`;
    const whole = await post({ model: 'gemini-fast', input });
    expect(JSON.parse(whole.text)).toMatchObject({ status });
    const streamed = await post({ model: 'gemini-fast', input, stream: true });
    expect(eventsOf(streamed).at(-1)?.type).toBe(`response.${status}`);
    for (const answer of [whole, streamed]) observed.whenRecorded(answer, { finishReason: reason });
  },
);

test('what Vertex AI refuses is told in OpenAI’s words', async () => {
  await observed.chain.inject('vertex-ai', {
    path: ':generateContent',
    status: 400,
    body: {
      error: { code: 400, message: 'The input token count exceeds the maximum.', status: 'INVALID_ARGUMENT' },
    },
  });
  const answer = await post({ model: 'gemini-fast', input: PROMPT });
  expectError(answer, 400, 'VERTEX_INVALID_ARGUMENT', null, /^The input token count exceeds the maximum\.$/);
  observed.whenRecorded(answer, { outcome: 'failed', code: 'VERTEX_INVALID_ARGUMENT' });
});

test.each([
  ['breaks', { abortAfterChunks: 2 }, 'VERTEX_STREAM_BROKEN'],
  [
    'has an error of Google’s',
    {
      errorAfterChunks: 2,
      status: 429,
      body: { error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED' } },
    },
    'VERTEX_RATE_LIMITED',
  ],
])('a stream that %s ends in OpenAI’s own error, numbered on', async (_, fault, code) => {
  await observed.chain.inject('vertex-ai', { path: ':streamGenerateContent', ...fault });
  const answer = await post({ model: 'gemini-fast', input: PROMPT, stream: true });
  const events = eventsOf(answer);
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, index) => index));
  expect(events.slice(-2)).toMatchObject([
    { type: 'error', code },
    { type: 'response.failed', response: { status: 'failed' } },
  ]);
  observed.whenRecorded(answer, { outcome: 'interrupted', code, responseBytes: answer.bytes.length });
});

test.each([
  ['a million items', `{"model":"gemini-fast","input":[${'7,'.repeat(999_999)}7]}`, 400, 'INVALID_REQUEST'],
  [
    'a deep body',
    `{"model":"gemini-fast","input":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    400,
    'INVALID_JSON',
  ],
  [
    'a picture of 19 MB',
    JSON.stringify({
      model: 'gemini-fast',
      input: [
        {
          role: 'user',
          content: [{ type: 'input_image', image_url: `data:image/png;base64,${'A'.repeat(19_000_000)}` }],
        },
      ],
    }),
    200,
    undefined,
  ],
])('%s is bounded', async (_, body, status, code) => {
  const answer = await post(body);
  expect(answer.status).toBe(status);
  if (code !== undefined) expect(JSON.parse(answer.text)).toMatchObject({ error: { code } });
  observed.whenRecorded(answer, { outcome: status === 200 ? 'answered' : 'denied', status: String(status) });
});

test.each([
  ['claude-opus-5-5', false, 'rawPredict'],
  ['claude-opus-5-5', true, 'streamRawPredict'],
  ['gemini-3.1-pro-preview', true, 'streamGenerateContent'],
  // The catalog has none of this name, so nobody knows whose operation it would be.
  ['claude-unheard-of', false, 'generateContent'],
])('a denied call of %s (streamed: %s) is on record as %s', async (model, stream, operation) => {
  const body = JSON.stringify({ model, input: PROMPT, stream });
  const answer = await observed.call({ application: 'sandbox-app', path: RESPONSES, body });
  expect(answer.status).toBeGreaterThanOrEqual(403);
  observed.whenRecorded(answer, { outcome: 'denied', decision: 'deny', operation });
});

test('every call is on record once, without what was said', async () => {
  await observed.expectAllOnRecord([PROMPT, 'narwhal', 'Lisbon']);
});
