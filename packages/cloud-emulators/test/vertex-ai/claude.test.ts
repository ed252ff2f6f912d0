import { startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const PUBLISHER = 'v1/projects/sample-project/locations/us/publishers/anthropic/models';
const SONNET = `${PUBLISHER}/claude-sonnet-5-5`;
/** A model that thinks within a budget. */
const HAIKU = `${PUBLISHER}/claude-haiku-4-5@20251001`;
const REQUEST = {
  anthropic_version: 'vertex-2023-10-16',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
};
const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a place.',
  input_schema: {
    type: 'object',
    properties: { place: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
    required: ['place'],
  },
};
/** An image of one pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const TEXT_DOCUMENT = {
  type: 'document',
  source: { type: 'text', media_type: 'text/plain', data: 'x' },
};
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());
afterEach(() => vertex.emulator.control.clearFaults());

async function call(body: unknown, path = `${SONNET}:rawPredict`, headers: Record<string, string> = {}) {
  const response = await vertex.post(path, body, {
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}

async function stream(body: object, model = SONNET) {
  const { text, ...rest } = await call({ ...REQUEST, stream: true, ...body }, `${model}:streamRawPredict`);
  return { ...rest, text, events: readEvents(text) };
}

function readEvents(text: string): Record<string, unknown>[] {
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [, name, data = ''] = /^event: (\w+)\ndata: (.+)$/.exec(event) ?? [];
      const json = JSON.parse(data) as Record<string, unknown>;
      expect(json.type).toBe(name);
      return json;
    });
}

test.each(['us', 'eu', 'global'])('answers with a message in %s', async (location) => {
  const path = `${SONNET.replace('locations/us', `locations/${location}`)}:rawPredict`;
  const answer = await call(REQUEST, path);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.headers['request-id']).toMatch(/^req_vrtx_01[0-9a-f]{22}$/);
  expect(answer.json()).toEqual({
    id: expect.stringMatching(/^msg_vrtx_01[0-9a-f]{22}$/) as string,
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5-5',
    content: [
      {
        type: 'text',
        text: expect.stringMatching(
          /^You wrote 5 words\. The first different ones are: why, is, the, sky, blue\..+ [0-9a-f]{16}\.$/,
        ) as string,
      },
    ],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: 6,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 48,
    },
  });
});

test('the same prompt has the same text, another model another one', async () => {
  const textOf = (answer: { json: () => unknown }): unknown =>
    (answer.json() as { content: { text: string }[] }).content[0]?.text;
  const first = textOf(await call(REQUEST));
  expect(textOf(await call({ ...REQUEST, stop_sequences: ['no such words'] }))).toBe(first);
  const haiku = await call(REQUEST, `${HAIKU}:rawPredict`);
  expect(haiku.json()).toMatchObject({ model: 'claude-haiku-4-5-20251001' });
  expect(textOf(haiku)).not.toBe(first);
});

test('a stream has the events of the Messages API, byte for byte', async () => {
  const { headers, text, events } = await stream({ max_tokens: 8 });
  expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
  const { id } = events[0]?.message as { id: string };
  const usage = '"input_tokens":6,"cache_creation_input_tokens":0,"cache_read_input_tokens":0';
  expect(text).toBe(
    `event: message_start\ndata: {"type":"message_start","message":{"id":"${id}","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{${usage},"output_tokens":1}}}\n\n` +
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n' +
      'event: ping\ndata: {"type":"ping"}\n\n' +
      ['You w', 'rote ', '5 wor', 'ds. T', 'he fi', 'rst']
        .map(
          (piece) =>
            `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${piece}"}}\n\n`,
        )
        .join('') +
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n' +
      `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{${usage},"output_tokens":8}}\n\n` +
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  );
});

test('streamRawPredict without stream answers whole', async () => {
  const answer = await call(REQUEST, `${SONNET}:streamRawPredict`);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.json()).toMatchObject({ type: 'message' });
});

test('ends at a stop sequence', async () => {
  const answer = await call({ ...REQUEST, stop_sequences: ['different', 'The first'] });
  expect(answer.json()).toMatchObject({
    content: [{ text: 'You wrote 5 words. ' }],
    stop_reason: 'stop_sequence',
    stop_sequence: 'The first',
  });
});

test('uses a tool that the last turn names, with an input that its schema allows', async () => {
  const messages = [{ role: 'user', content: 'Please get_weather of Rome.' }];
  const answer = await call({ ...REQUEST, messages, tools: [WEATHER] });
  expect(answer.json()).toMatchObject({
    content: [
      { type: 'text', text: 'I use get_weather.' },
      {
        type: 'tool_use',
        id: expect.stringMatching(/^toolu_vrtx_01/) as string,
        name: 'get_weather',
        input: { place: 'place', days: 2 },
      },
    ],
    stop_reason: 'tool_use',
  });
});

test.each([
  [{ type: 'any' }, 'tool_use'],
  [{ type: 'tool', name: 'get_weather' }, 'tool_use'],
  [{ type: 'auto' }, 'text'],
  [{ type: 'none' }, 'text'],
])('with the tool choice %j the answer is %s', async (tool_choice, type) => {
  const answer = await call({ ...REQUEST, tools: [WEATHER], tool_choice });
  expect((answer.json() as { content: unknown[] }).content).toMatchObject([{ type }]);
});

test('answers with text to the result of a tool', async () => {
  const messages = [
    { role: 'user', content: 'get_weather' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'get_weather: sun' }] },
  ];
  const answer = await call({ ...REQUEST, messages, tools: [WEATHER] });
  expect(answer.json()).toMatchObject({ content: [{ type: 'text' }], stop_reason: 'end_turn' });
});

test('streams the input of a tool as pieces of JSON', async () => {
  const { events } = await stream({ tools: [WEATHER], tool_choice: { type: 'any' } });
  expect(events[1]).toMatchObject({
    type: 'content_block_start',
    content_block: { type: 'tool_use', name: 'get_weather', input: {} },
  });
  const pieces = events.flatMap(
    ({ delta }) => (delta as { partial_json?: string } | undefined)?.partial_json ?? [],
  );
  expect(pieces[0]).toBe('');
  expect(JSON.parse(pieces.join(''))).toEqual({ place: 'place', days: 2 });
  expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } });
});

test('thinks before it answers, and takes its thinking back unchanged only', async () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const answer = await call({ ...REQUEST, max_tokens: 2000, thinking }, `${HAIKU}:rawPredict`);
  const { content } = answer.json() as { content: { type: string; thinking: string }[] };
  expect(content).toMatchObject([
    { type: 'thinking', signature: expect.stringMatching(/^[A-Za-z0-9+/]+=$/) as string },
    { type: 'text' },
  ]);
  const next = (blocks: unknown[]) =>
    call({
      ...REQUEST,
      messages: [
        ...REQUEST.messages,
        { role: 'assistant', content: blocks },
        { role: 'user', content: 'So?' },
      ],
    });
  expect((await next(content)).status).toBe(200);
  const changed = await next([{ ...content[0], thinking: 'Something else.' }, content[1]]);
  expect(changed.json()).toMatchObject({
    error: { message: 'messages.1.content.0: Invalid `signature` in `thinking` block' },
  });
});

test('streams thinking with its signature at the end', async () => {
  const { events } = await stream(
    { max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 1024 } },
    HAIKU,
  );
  const types = events.flatMap(({ delta }) => (delta as { type?: string } | undefined)?.type ?? []);
  expect(types).toEqual([
    ...Array<string>(6).fill('thinking_delta'),
    'signature_delta',
    ...Array<string>(6).fill('text_delta'),
  ]);
});

test('an image counts by its size', async () => {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
  const messages = [{ role: 'user', content: [image, { type: 'text', text: 'What is this?' }] }];
  const answer = await call({ ...REQUEST, messages });
  expect(answer.json()).toMatchObject({ usage: { input_tokens: 4 + 1 } });
});

test('manages the context with its beta only', async () => {
  const body = { ...REQUEST, context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } };
  const refused = await call(body);
  expect(refused.json()).toMatchObject({
    error: { message: 'context_management: Extra inputs are not permitted' },
  });
  const beta = { 'anthropic-beta': 'claude-code-20250219, context-management-2025-06-27' };
  const answer = await call(body, undefined, beta);
  expect(answer.json()).toMatchObject({ context_management: { applied_edits: [] } });
});

test('counts the tokens of a prompt', async () => {
  const { messages } = REQUEST;
  const body = { model: 'claude-sonnet-5-5', messages, system: 'Be brief.' };
  const answer = await call(body, `${PUBLISHER}/count-tokens:rawPredict`);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('{"input_tokens":9}');
});

test.each(['anthropic_version', 'max_tokens', 'messages'])('demands %s', async (field) => {
  const answer = await call({ ...REQUEST, [field]: undefined });
  expect(answer.status).toBe(400);
  const requestId = String(answer.headers['request-id']);
  expect(answer.text).toBe(
    `{"type":"error","error":{"type":"invalid_request_error","message":"${field}: Field required"},"request_id":"${requestId}"}`,
  );
});

const TEXT = { type: 'text', text: 'Hello' };
const said = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] });

test.each([
  [{ model: 'claude-sonnet-5-5' }, 'model: Extra inputs are not permitted'],
  [{ container: {} }, 'container: Extra inputs are not permitted'],
  [
    { anthropic_version: '2023-06-01' },
    "anthropic_version: Input should be 'vertex-2023-10-16' or '2026-10-21'",
  ],
  [{ anthropic_version: '2026-10-21', temperature: 1 }, 'temperature: Extra inputs are not permitted'],
  [
    { anthropic_version: '2026-10-21', ...said({ ...TEXT, citations: [{ type: 'char_location' }] }) },
    'messages.0.content.0.text.citations: citations are not permitted in `user` messages',
  ],
  [{ max_tokens: '5' }, 'max_tokens: Input should be a valid number'],
  [{ max_tokens: 1.5 }, 'max_tokens: Input should be a valid integer'],
  [{ max_tokens: 0 }, 'max_tokens: Input should be greater than or equal to 1'],
  [
    { max_tokens: 128_001 },
    'max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for claude-sonnet-5-5',
  ],
  [{ temperature: 1.5 }, 'temperature: Input should be less than or equal to 1'],
  [
    { temperature: 0.5, top_p: 0.5 },
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  ],
  [{ stream: 'yes' }, 'stream: Input should be a valid boolean'],
  [{ system: 5 }, 'system: Input should be a valid string'],
  [{ system: [{ ...TEXT, foo: 1 }] }, 'system.0.foo: Extra inputs are not permitted'],
  [{ messages: [] }, 'messages: at least one message is required'],
  [
    { messages: [{ role: 'system', content: 'x' }] },
    "messages.0.role: Input should be 'user' or 'assistant'",
  ],
  [{ messages: [{ role: 'assistant', content: 'x' }] }, 'messages: first message must use the "user" role'],
  [{ messages: [{ role: 'user' }] }, 'messages.0.content: Field required'],
  [
    { messages: [{ role: 'user', content: '' }] },
    'messages.0: all messages must have non-empty content except for the optional final assistant message',
  ],
  [said({ type: 'text', text: '' }), 'messages: text content blocks must be non-empty'],
  [said({ ...TEXT, foo: 1 }), 'messages.0.content.0.text.foo: Extra inputs are not permitted'],
  [said({ text: 'Hello' }), 'messages.0.content.0.type: Field required'],
  [
    said({ type: 'poem' }),
    "messages.0.content.0: Input tag 'poem' found using 'type' does not match any of the expected tags: 'text', 'image', 'document', 'search_result', 'tool_use', 'tool_result', 'thinking', 'redacted_thinking', 'server_tool_use', 'web_search_tool_result', 'tool_search_tool_result'",
  ],
  [
    said({ ...TEXT, cache_control: { type: 'ephemeral', scope: 'global' } }),
    'messages.0.content.0.text.cache_control.ephemeral.scope: Extra inputs are not permitted',
  ],
  [
    said({ type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } }),
    "messages.0.content.0.image.source: Input tag 'url' found using 'type' does not match any of the expected tags: 'base64'",
  ],
  [
    said({ type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: PNG } }),
    'messages.0.content.0.image.source.base64.data: Image does not match the provided media type image/jpeg',
  ],
  [
    said({ type: 'tool_use', id: 'a', name: 'b', input: {} }),
    'messages.0.content.0: `tool_use` blocks are not permitted in `user` messages',
  ],
  [
    said({ type: 'tool_result', tool_use_id: 'toolu_9' }),
    'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_9. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
  ],
  [
    {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_9', name: 'b', input: {} }] },
      ],
    },
    'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_9. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  ],
  [{ tools: [{ name: 'a' }] }, 'tools.0.custom.input_schema: Field required'],
  [
    { tools: [{ ...WEATHER, name: 'no spaces' }] },
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  [{ tools: [WEATHER, WEATHER] }, 'tools: Tool names must be unique.'],
  [{ tool_choice: { type: 'any' } }, 'tool_choice: tool_choice may only be specified while providing tools.'],
  [
    { tools: [WEATHER], tool_choice: { type: 'tool', name: 'other' } },
    "Tool 'other' not found in provided tools",
  ],
  [
    { thinking: { type: 'enabled', budget_tokens: 5 } },
    'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  ],
])('refuses %j', async (wrong, message) => {
  const answer = await call({ ...REQUEST, ...wrong });
  expect(answer.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error', message } });
  expect(answer.status).toBe(400);
});

test('refuses a budget of thoughts that leaves nothing for the answer', async () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const answer = await call({ ...REQUEST, thinking }, `${HAIKU}:rawPredict`);
  expect(answer.json()).toMatchObject({
    error: { message: '`max_tokens` must be greater than `thinking.budget_tokens`.' },
  });
});

test('refuses a prompt that is too long', async () => {
  const body = { ...REQUEST, messages: [{ role: 'user', content: 'x'.repeat(700_100) }] };
  const long = await call(body, `${HAIKU}:rawPredict`);
  expect(long.json()).toMatchObject({
    error: { message: 'prompt is too long: 200029 tokens > 200000 maximum' },
  });
  expect((await call(body)).status).toBe(200);
});

test('refuses a body that is nested too deeply', async () => {
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const answer = await call(`{"anthropic_version":"vertex-2023-10-16","messages":${deep}}`);
  expect(answer.json()).toMatchObject({ error: { message: 'The request body is nested too deeply.' } });
});

test('refuses a body that is not JSON', async () => {
  const answer = await call('{"anthropic_version":');
  expect(answer.status).toBe(400);
  expect(answer.json()).toMatchObject({
    error: { type: 'invalid_request_error', message: 'The request body is not valid JSON.' },
  });
});

test('refuses a beta that it does not know', async () => {
  const beta = 'interleaved-thinking-2025-05-14,structured-outputs-2025-11-13';
  const answer = await call(REQUEST, undefined, { 'anthropic-beta': beta });
  expect(answer.status).toBe(400);
  expect(answer.json()).toMatchObject({
    error: {
      message:
        'Unexpected value(s) `structured-outputs-2025-11-13` for the `anthropic-beta` header. Please consult our documentation at docs.anthropic.com or try again without the header.',
    },
  });
});

test.each([
  [{ max_tokens: 5 }, {}, 400, 'max_tokens: Extra inputs are not permitted'],
  [{ model: undefined }, {}, 400, 'model: Field required'],
  [{}, { 'anthropic-beta': 'web-search-2025-03-05' }, 400, 'Unexpected value(s) `web-search-2025-03-05`'],
])('refuses to count with %j and %j', async (wrong, headers, status, message) => {
  const { messages } = REQUEST;
  const body = { model: 'claude-sonnet-5-5', messages, ...wrong };
  const answer = await call(body, `${PUBLISHER}/count-tokens:rawPredict`, headers);
  expect(answer.status).toBe(status);
  expect(answer.json()).toMatchObject({ error: { message: expect.stringContaining(message) as string } });
});

test('documents count: a PDF as a page, a text by its length', async () => {
  const tokensOf = async (block: object): Promise<number> => {
    const answer = await call({ ...REQUEST, ...said(block) });
    expect(answer.status).toBe(200);
    return (answer.json() as { usage: { input_tokens: number } }).usage.input_tokens;
  };
  const pdf = {
    type: 'base64',
    media_type: 'application/pdf',
    data: Buffer.from('%PDF-1.4').toString('base64'),
  };
  expect(await tokensOf({ type: 'document', source: pdf })).toBeGreaterThanOrEqual(1500);
  expect(await tokensOf({ ...TEXT_DOCUMENT, title: 'Irises' })).toBeLessThan(100);
  const html = { ...pdf, data: Buffer.from('<html>').toString('base64') };
  const answer = await call({ ...REQUEST, ...said({ type: 'document', source: html }) });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.json())).toContain(
    'messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid.',
  );
});

test('answers in JSON of the schema of an output format', async () => {
  const schema = { type: 'object', properties: { age: { type: 'integer', minimum: 18 } }, required: ['age'] };
  const answer = await call({ ...REQUEST, output_config: { format: { type: 'json_schema', schema } } });
  expect(answer.json()).toMatchObject({ content: [{ type: 'text', text: '{"age":18}' }] });
});

test('answers in JSON that is asked for in words', async () => {
  const schema = { type: 'object', properties: { age: { type: 'integer', minimum: 18 } } };
  const text = `Answer in JSON of this schema: ${JSON.stringify(schema)}`;
  const answer = await call({ ...REQUEST, ...said({ type: 'text', text }) });
  expect(answer.json()).toMatchObject({ content: [{ type: 'text', text: '{"age":18}' }] });
});

test.each(['global', 'eu', 'us-east5', 'europe-west1'])(
  'tokens of the older model are counted in %s as Google lists it, whatever the model has',
  async (location) => {
    const body = { model: 'claude-haiku-4-5@20251001', messages: REQUEST.messages };
    const path = PUBLISHER.replace('locations/us', `locations/${location}`);
    const counted = await call(body, `${path}/count-tokens:rawPredict`);
    expect(counted.status).toBe(location.includes('-') ? 404 : 200);
    const message = await call(REQUEST, `${path}/claude-haiku-4-5@20251001:rawPredict`);
    expect(message.status).toBe(200);
  },
);

test('counts for a model that is there only', async () => {
  const body = { model: 'claude-9', messages: REQUEST.messages };
  const answer = await call(body, `${PUBLISHER}/count-tokens:rawPredict`);
  expect(answer.status).toBe(404);
  expect(answer.json()).toMatchObject({ error: { status: 'NOT_FOUND' } });
});

test.each([
  { tools: [{ type: 'memory_20250818', name: 'memory' }] },
  said({ ...TEXT_DOCUMENT, citations: { enabled: true } }),
])('answers %j', async (body) => {
  const answer = await call({ ...REQUEST, ...body });
  expect(answer.status).toBe(200);
  expect(answer.json()).toMatchObject({ type: 'message', stop_reason: 'end_turn' });
});

test.each([
  SONNET.replace('locations/us', 'locations/us-east5'),
  SONNET.replace('sample-project', 'other-project'),
  SONNET.replace('claude-sonnet-5-5', 'claude-haiku-4-5'),
])('the front end answers 404 to %s in its own form', async (model) => {
  const answer = await call({}, `${model}:rawPredict`);
  expect(answer.status).toBe(404);
  expect(answer.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
});

test('the front end answers 401 in its own form', async () => {
  const answer = await call(REQUEST, undefined, { authorization: 'Bearer a-bad-token' });
  expect(answer.status).toBe(401);
  expect(answer.json()).toMatchObject({ error: { status: 'UNAUTHENTICATED' } });
});

test('a fault breaks a stream with an error event', async () => {
  vertex.emulator.control.inject({ errorAfterChunks: 3, status: 529 });
  const { headers, text } = await stream({});
  const requestId = String(headers['request-id']);
  expect(text.split('\n\n').slice(3)).toEqual([
    `event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"${requestId}"}`,
    '',
  ]);
});

test('a fault with a status is the answer of a stream', async () => {
  const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  vertex.emulator.control.inject({ path: ':streamRawPredict', status: 529, body });
  const answer = await call({ ...REQUEST, stream: true }, `${SONNET}:streamRawPredict`);
  expect(answer).toMatchObject({ status: 529, text: JSON.stringify(body) });
});

test('a fault drops the connection after some events', async () => {
  vertex.emulator.control.inject({ abortAfterChunks: 2 });
  await expect(stream({})).rejects.toHaveProperty('code');
});
