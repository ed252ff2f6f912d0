import OpenAI from 'openai';
import {
  ClientChain,
  QUOTA_EXHAUSTED,
  RATE_LIMITED,
  STREAM_BROKEN,
  thrownBy,
  VERTEX_FAILED,
} from './client-chain.ts';

const FLASH = 'gemini-3.5-flash';
const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Irises and tulips' }];
const CHAT = { model: FLASH, messages: MESSAGES };
const WEATHER: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
/** A picture of one pixel. */
const PICTURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let clients: ClientChain;
/** Sends the APIM subscription key as its API key. */
let withKey: OpenAI;
/** Sends a bearer token as its API key, and the key in a header. */
let withToken: OpenAI;

beforeAll(async () => {
  clients = await ClientChain.start();
  const sandbox = await clients.credentials('sandbox-app');
  withKey = clientWith(sandbox.key);
  const { key, token } = await clients.credentials('assistants-app');
  withToken = clientWith(token, { 'Ocp-Apim-Subscription-Key': key });
});

afterAll(() => clients.stop());

function clientWith(apiKey: string, defaultHeaders: Record<string, string> = {}): OpenAI {
  return new OpenAI({ baseURL: clients.url('/openai/v1'), apiKey, defaultHeaders, maxRetries: 0 });
}

const SETUPS: [name: string, client: () => OpenAI][] = [
  ['with a key', () => withKey],
  ['with a bearer token', () => withToken],
];

test.each(SETUPS)('chats %s', async (_, client) => {
  const { choices, usage } = await client().chat.completions.create({ ...CHAT, model: 'gemini-fast' });
  expect(choices[0]?.message.content).toContain('irises, and, tulips');
  clients.expectRecords({
    dialect: 'openai',
    outcome: 'answered',
    operation: 'chatCompletions',
    model: FLASH,
    location: 'us',
    finishReason: 'stop',
    inputTokens: usage?.prompt_tokens,
    // Thoughts of Gemini are in the total alone.
    outputTokens: Number(usage?.total_tokens) - Number(usage?.prompt_tokens),
    totalTokens: usage?.total_tokens,
    usageCompleteness: 'complete',
  });
});

test.each(SETUPS)('streams a chat with its usage %s', async (_, client) => {
  const stream = await client().chat.completions.create({
    ...CHAT,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    usage = chunk.usage;
  }
  expect(text).toContain('irises, and, tulips');
  expect(usage?.total_tokens).toBeGreaterThan(0);
  clients.expectRecords({ outcome: 'answered', totalTokens: usage?.total_tokens, finishReason: 'stop' });
});

test('a stream whose client asks for no usage has none, and its usage is on record all the same', async () => {
  const stream = await withToken.chat.completions.create({ ...CHAT, stream: true });
  const choices: number[] = [];
  for await (const chunk of stream) {
    expect(chunk.usage ?? null).toBeNull();
    choices.push(chunk.choices.length);
  }
  expect(new Set(choices)).toEqual(new Set([1]));
  const { usage } = await withToken.chat.completions.create(CHAT);
  const totalTokens = usage?.total_tokens;
  clients.expectRecords({ outcome: 'answered', totalTokens }, { outcome: 'answered', totalTokens });
});

test('tools are called, whole and in a stream', async () => {
  const request = {
    model: FLASH,
    messages: [{ role: 'user', content: 'Please get_weather for Paris' }],
    tools: [WEATHER],
  } satisfies OpenAI.ChatCompletionCreateParams;
  const whole = await withToken.chat.completions.create(request);
  expect(whole.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ type: 'function', function: { name: 'get_weather' } }] },
  });
  const streamed = await withToken.chat.completions.stream(request).finalChatCompletion();
  const [call] = streamed.choices[0]?.message.tool_calls ?? [];
  expect(call).toMatchObject({ function: { name: 'get_weather' } });
  clients.expectRecords(
    { outcome: 'answered', finishReason: 'tool_calls' },
    { outcome: 'answered', finishReason: 'tool_calls' },
  );
});

test('makes pictures', async () => {
  const { data, output_format, usage } = await withToken.images.generate({
    model: 'gemini-3.1-flash-image',
    prompt: 'An iris',
    n: 2,
    size: '1024x1536',
  });
  expect(output_format).toBe('png');
  expect(data).toHaveLength(2);
  for (const { b64_json } of data ?? [])
    expect(Buffer.from(b64_json ?? '', 'base64').toString('latin1', 1, 4)).toBe('PNG');
  clients.expectRecords({
    outcome: 'answered',
    operation: 'generateContent',
    vertexRequests: 2,
    totalTokens: usage?.total_tokens,
  });
});

test('a transparent picture is refused in the client’s own exception', async () => {
  const error = await thrownBy(() =>
    withToken.images.generate({
      model: 'gemini-3.1-flash-image',
      prompt: 'An iris',
      background: 'transparent',
    }),
  );
  expect(error).toBeInstanceOf(OpenAI.BadRequestError);
  expect((error as Error).message).toContain('background: must be auto or opaque');
  clients.expectRecords({ code: 'INVALID_REQUEST' });
});

test('an answer follows a schema, and a picture may be sent as a data URL', async () => {
  const schema = {
    type: 'object',
    properties: { flower: { type: 'string' }, count: { type: 'integer' } },
    required: ['flower', 'count'],
    additionalProperties: false,
  };
  const { choices } = await withToken.chat.completions.create({
    model: FLASH,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is on it?' },
          { type: 'image_url', image_url: { url: PICTURE } },
        ],
      },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 'flowers', schema } },
  });
  const answer = JSON.parse(choices[0]?.message.content ?? '') as object;
  expect(answer).toEqual({ flower: expect.any(String) as string, count: expect.any(Number) as number });
  clients.expectRecords({ outcome: 'answered', operation: 'chatCompletions' });
});

test.each(SETUPS)('embeds %s', async (_, client) => {
  const { data, usage } = await client().embeddings.create({
    model: 'text-embedding-005',
    input: ['an iris', 'a tulip'],
    dimensions: 64,
  });
  expect(data.map(({ embedding }) => embedding.length)).toEqual([64, 64]);
  expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 3);
  const floats = await client().embeddings.create({
    model: 'text-embedding-005',
    input: 'an iris',
    dimensions: 64,
    encoding_format: 'float',
  });
  expect(floats.data[0]?.embedding[0]).toBeCloseTo(data[0]?.embedding[0] ?? NaN, 5);
  clients.expectRecords(
    { outcome: 'answered', operation: 'predict', totalTokens: usage.total_tokens, instances: 2 },
    { outcome: 'answered', operation: 'predict', instances: 1 },
  );
});

test.each(SETUPS)('lists the models that the caller may use %s', async (_, client) => {
  const ids: string[] = [];
  for await (const { id } of client().models.list()) ids.push(id);
  expect(ids).toEqual(expect.arrayContaining([FLASH]));
  expect(ids.includes('gemini-3.1-pro-preview')).toBe(client() === withToken);
  expect((await client().models.retrieve(FLASH)).id).toBe(FLASH);
  clients.expectRecords(
    { outcome: 'answered', operation: 'models' },
    { outcome: 'answered', operation: 'models' },
  );
});

test('an unknown key is an AuthenticationError, and so is a token that is none', async () => {
  const { key } = await clients.credentials('assistants-app');
  const denied = { outcome: 'denied', status: '401' };
  for (const stranger of [
    clientWith('nobody-has-this-key'),
    clientWith('no.real.token', { 'Ocp-Apim-Subscription-Key': key }),
  ]) {
    const error = await thrownBy(() => stranger.chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error.message).toMatch(/^401 The (subscription key|token) is /);
    expect(error.requestID).toMatch(/^[0-9a-f-]{36}$/);
    clients.expectRecords(denied);
  }
});

test('a denial is a PermissionDeniedError with the code and the sentence, and is not tried again', async () => {
  const retrying = new OpenAI({ baseURL: withKey.baseURL, apiKey: withKey.apiKey, maxRetries: 2 });
  const error = await thrownBy(() =>
    retrying.chat.completions.create({ model: 'gemini-3.1-pro-preview', messages: MESSAGES }),
  );
  expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
  expect(error).toMatchObject({ status: 403, code: 'NOT_GRANTED' });
  expect(error.message).toContain('Ask for one of these roles');
  clients.expectRecords({ outcome: 'denied', decision: 'deny', code: 'NOT_GRANTED' });
});

test('a quota of Google’s that is used up is a RateLimitError, a failure of Google’s an InternalServerError', async () => {
  const chat = () => withToken.chat.completions.create(CHAT);
  await clients.exhaustVertexQuota('chat/completions');
  const exhausted = await thrownBy(chat);
  expect(exhausted).toBeInstanceOf(OpenAI.RateLimitError);
  expect(exhausted).toMatchObject({ status: 429, message: `429 ${QUOTA_EXHAUSTED}` });
  expect((exhausted.headers as Headers).get('retry-after-ms')).toBe('250');
  await clients.failVertex('chat/completions');
  const failed = await thrownBy(chat);
  expect(failed).toBeInstanceOf(OpenAI.InternalServerError);
  expect(failed).toMatchObject({ status: 502, message: `502 ${VERTEX_FAILED}` });
  clients.expectRecords(
    { outcome: 'failed', code: 'VERTEX_RATE_LIMITED', status: '429' },
    { outcome: 'failed', code: 'VERTEX_FAILED', status: '502' },
  );
});

test('what Google says of retrying is heeded by the client by itself', async () => {
  await clients.exhaustVertexQuota('chat/completions');
  const retrying = withToken.withOptions({ maxRetries: 1 });
  const { choices } = await retrying.chat.completions.create(CHAT);
  expect(choices).toHaveLength(1);
  clients.expectRecords({ outcome: 'failed', code: 'VERTEX_RATE_LIMITED' }, { outcome: 'answered' });
});

test('a stream that breaks is an APIError after what came', async () => {
  await clients.breakStream('chat/completions');
  const stream = await withToken.chat.completions.create({ ...CHAT, stream: true });
  let text = '';
  const error = await thrownBy(async () => {
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
  });
  expect(text).not.toBe('');
  expect(error).toBeInstanceOf(OpenAI.APIError);
  expect(error.message).toContain(STREAM_BROKEN);
  clients.expectRecords({ outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' });
});

test('an error within a stream is an APIError, also where Google wraps it in a list', async () => {
  const quota = { error: { code: 429, message: 'Quota exceeded.', status: 'RESOURCE_EXHAUSTED' } };
  await clients.chain.inject('vertex-ai', {
    path: 'chat/completions',
    errorAfterChunks: 2,
    status: 429,
    body: [quota],
  });
  const stream = await withToken.chat.completions.create({ ...CHAT, stream: true });
  let text = '';
  const error = await thrownBy(async () => {
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
  });
  expect(text).not.toBe('');
  expect(error).toBeInstanceOf(OpenAI.APIError);
  expect(error).toMatchObject({ code: 'VERTEX_RATE_LIMITED', message: QUOTA_EXHAUSTED });
  clients.expectRecords({ outcome: 'interrupted', code: 'VERTEX_RATE_LIMITED' });
});

test('a stream that comes as something else is an APIError, not a short answer', async () => {
  for (const body of ['', '{"choices":[]}']) {
    await clients.chain.inject('vertex-ai', { path: 'chat/completions', status: 200, body });
    const error = await thrownBy(() => withToken.chat.completions.create({ ...CHAT, stream: true }));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    clients.expectRecords({ outcome: 'failed', code: 'VERTEX_FAILED' });
  }
});

test('what Google does not offer is a BadRequestError in its own words, and is not tried again', async () => {
  const retrying = withToken.withOptions({ maxRetries: 2 });
  const error = await thrownBy(() => retrying.chat.completions.create({ ...CHAT, n: 9 }));
  expect(error).toBeInstanceOf(OpenAI.BadRequestError);
  expect(error.message).toMatch(/^400 .*candidateCount value of 9/);
  clients.expectRecords({ outcome: 'failed', code: 'VERTEX_INVALID_ARGUMENT', status: '400' });
});

test('a caller that leaves a stream is on record as gone', async () => {
  await clients.slowDown(300);
  const stream = await withToken.chat.completions.create({ ...CHAT, stream: true });
  for await (const { choices } of stream) if (choices[0]?.delta.content) stream.controller.abort();
  await clients.slowDown(0);
  clients.expectRecords({ outcome: 'aborted', code: 'CALLER_GONE', usageCompleteness: 'partial' });
});

const TOOL: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'get_weather',
  strict: true,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};

test.each([
  [FLASH, 'generateContent', FLASH],
  ['claude-haiku-4-5', 'rawPredict', 'claude-haiku-4-5@20251001'],
])('%s responds', async (model, operation, servedModel) => {
  const response = await withKey.responses.create({ model, input: 'Irises and tulips' });
  expect(response.output_text).toContain('irises, and, tulips');
  clients.expectRecords({
    dialect: 'openai',
    outcome: 'answered',
    operation,
    model: servedModel,
    inputTokens: response.usage?.input_tokens,
    outputTokens: response.usage?.output_tokens,
    totalTokens: response.usage?.total_tokens,
  });
});

test.each([FLASH, 'claude-haiku-4-5'])(
  '%s streams a response with a call, and answers its output',
  async (model) => {
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Please get_weather.' }];
    const asked = { model, tools: [TOOL], store: false, include: ['reasoning.encrypted_content' as const] };
    const { output } = await withToken.responses.stream({ ...asked, input }).finalResponse();
    const call = output.find((item) => item.type === 'function_call');
    if (call?.type !== 'function_call') throw new Error('no call');
    expect(JSON.parse(call.arguments)).toEqual({ city: expect.any(String) as string });
    input.push(...(output as OpenAI.Responses.ResponseInputItem[]), {
      type: 'function_call_output',
      call_id: call.call_id,
      output: 'Rain in Porto',
    });
    const stream = await withToken.responses.create({ ...asked, input, stream: true });
    let text = '';
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toContain('rain, in, porto');
    expect([types[0], types.at(-1)]).toEqual(['response.created', 'response.completed']);
    clients.expectRecords({ outcome: 'answered' }, { outcome: 'answered' });
  },
);

test('an object is parsed from a response', async () => {
  const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  const format = { type: 'json_schema' as const, name: 'flower', strict: true, schema };
  const response = await withKey.responses.parse<
    OpenAI.Responses.ResponseCreateParamsNonStreaming,
    { name: string }
  >({ model: FLASH, input: 'Irises', text: { format } });
  expect(JSON.parse(response.output_text)).toEqual({ name: expect.any(String) as string });
  clients.expectRecords({ outcome: 'answered' });
});

test('a response that breaks off throws', async () => {
  await clients.breakStream(':streamGenerateContent');
  const stream = await withToken.responses.create({ model: FLASH, input: 'Hello', stream: true });
  const error = await thrownBy(async () => {
    for await (const event of stream) expect(event.type).toMatch(/^response\./);
  });
  expect(error).toBeInstanceOf(OpenAI.APIError);
  expect(error).toMatchObject({ code: 'VERTEX_STREAM_BROKEN', message: STREAM_BROKEN });
  clients.expectRecords({ outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' });
});

test('a stored response can’t be continued, and the error says how to go without', async () => {
  const asked = { model: FLASH, input: 'Hello', previous_response_id: 'resp_1' };
  const error = await thrownBy(() => withToken.responses.create(asked));
  expect(error).toBeInstanceOf(OpenAI.BadRequestError);
  expect(error).toMatchObject({ code: 'UNSUPPORTED_PARAMETER', param: 'previous_response_id' });
  expect(error.message).toContain('Send the items of the conversation again');
  clients.expectRecords({ outcome: 'denied', code: 'UNSUPPORTED_PARAMETER', status: '400' });
});

test('more tokens in a minute than the product allows are a RateLimitError of the edge', async () => {
  await clients.exhaustSandboxTokens();
  const error = await thrownBy(() => withKey.chat.completions.create(CHAT));
  expect(error).toBeInstanceOf(OpenAI.RateLimitError);
  expect(error).toMatchObject({ status: 429, code: 'RATE_LIMITED', message: `429 ${RATE_LIMITED}` });
  clients.expectRecords({ outcome: 'denied', code: 'RATE_LIMITED', status: '429' });
});

test('every call is on record', () => clients.expectAllOnRecord());
