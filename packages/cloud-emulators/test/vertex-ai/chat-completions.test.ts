import { NOW, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const LOCATION = 'projects/sample-project/locations/us';
const PATH = `v1/${LOCATION}/endpoints/openapi/chat/completions`;
const FLASH = `v1/${LOCATION}/publishers/google/models/gemini-3.5-flash`;
const REQUEST = {
  model: 'google/gemini-3.5-flash',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why is the sky blue?' },
  ],
};
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a place.',
    parameters: {
      type: 'object',
      properties: { place: { type: 'string' } },
      required: ['place'],
      additionalProperties: false,
    },
  },
};
const CALLS = [{ role: 'user', content: 'Please get_weather of Rome.' }];
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());
afterEach(() => vertex.emulator.control.clearFaults());

interface Likely {
  readonly token: string;
  readonly logprob: number;
}

interface Completion {
  readonly choices: {
    readonly message: { readonly content: string; readonly tool_calls?: { readonly id: string }[] };
    readonly finish_reason: string;
    readonly logprobs: {
      readonly content: readonly (Likely & { readonly top_logprobs: readonly Likely[] })[];
    } | null;
  }[];
  readonly usage: { readonly prompt_tokens: number };
}

async function complete(body: object | string, path = PATH) {
  const response = await vertex.post(path, typeof body === 'string' ? body : { ...REQUEST, ...body });
  const text = await response.body.text();
  return { status: response.statusCode, type: response.headers['content-type'], text };
}

async function completionOf(body: object): Promise<Completion> {
  const { status, text } = await complete(body);
  expect({ status, text }).toMatchObject({ status: 200 });
  return JSON.parse(text) as Completion;
}

async function chunksOf(body: object): Promise<Record<string, unknown>[]> {
  const { type, text } = await complete({ stream: true, ...body });
  expect(type).toBe('text/event-stream');
  const events = text.split('\n\n');
  expect(events.slice(-2)).toEqual(['data: [DONE]', '']);
  return events.slice(0, -2).map((event) => {
    expect(event).toMatch(/^data: \{/);
    return JSON.parse(event.slice('data: '.length)) as Record<string, unknown>;
  });
}

test.each(['v1', 'v1beta1'])('answers with the text of generateContent in %s', async (version) => {
  const generated = await vertex.post(`${FLASH}:generateContent`, {
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [{ role: 'user', parts: [{ text: 'Why is the sky blue?' }] }],
  });
  const { candidates, responseId } = (await generated.body.json()) as {
    candidates: { content: { parts: { text: string }[] } }[];
    responseId: string;
  };
  const { status, text } = await complete({}, PATH.replace('v1', version));
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({
    id: responseId,
    created: NOW / 1000,
    model: 'google/gemini-3.5-flash',
    system_fingerprint: '',
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        logprobs: null,
        message: { role: 'assistant', content: candidates[0]?.content.parts[0]?.text },
      },
    ],
    usage: {
      prompt_tokens: 8,
      completion_tokens: 42,
      total_tokens: 76,
      completion_tokens_details: { reasoning_tokens: 26 },
      extra_properties: { google: { traffic_type: 'ON_DEMAND' } },
    },
  });
});

test('a stream has chunks and ends with [DONE], without a usage', async () => {
  const { choices } = await completionOf({});
  const chunks = await chunksOf({});
  expect(chunks).toHaveLength(6);
  expect(chunks.every((chunk) => chunk.object === 'chat.completion.chunk' && !('usage' in chunk))).toBe(true);
  const deltas = chunks.map((chunk) => (chunk.choices as { delta: { content: string } }[])[0]?.delta);
  expect(deltas[0]).toEqual({ role: 'assistant', content: expect.any(String) as string });
  expect(deltas.map((delta) => delta?.content).join('')).toBe(choices[0]?.message.content);
  expect(chunks.map((chunk) => (chunk.choices as { finish_reason: unknown }[])[0]?.finish_reason)).toEqual([
    ...Array<null>(5).fill(null),
    'stop',
  ]);
});

test('the usage of a stream comes in a last chunk when it is asked for', async () => {
  const { usage } = await completionOf({});
  const chunks = await chunksOf({ stream_options: { include_usage: true } });
  expect(chunks).toHaveLength(7);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
  expect(chunks.slice(0, -1).some((chunk) => 'usage' in chunk)).toBe(false);
});

test('calls a function, and answers with text to its result', async () => {
  const { choices } = await completionOf({ messages: CALLS, tools: [WEATHER] });
  expect(choices).toMatchObject([
    {
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [{ type: 'function', function: { name: 'get_weather', arguments: '{"place":"place"}' } }],
      },
    },
  ]);
  const { message } = choices[0] ?? {};
  const result = { role: 'tool', tool_call_id: message?.tool_calls?.[0]?.id, content: 'Sun.' };
  const next = await completionOf({ messages: [...CALLS, message, result], tools: [WEATHER] });
  expect(next.choices).toMatchObject([{ finish_reason: 'stop', message: { role: 'assistant' } }]);
});

test('streams a function call as a name and pieces of its arguments', async () => {
  const chunks = await chunksOf({ messages: CALLS, tools: [WEATHER] });
  const choices = chunks.flatMap(
    (chunk) =>
      chunk.choices as {
        readonly delta: {
          readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[];
        };
        readonly finish_reason: string | null;
      }[],
  );
  const calls = choices.flatMap(({ delta }) => delta.tool_calls ?? []);
  expect(calls[0]).toMatchObject({
    index: 0,
    id: expect.stringMatching(/^function-call-/) as string,
    function: { name: 'get_weather', arguments: '' },
  });
  expect(calls.map((called) => called.function.arguments).join('')).toBe('{"place":"place"}');
  expect(choices.at(-1)?.finish_reason).toBe('tool_calls');
});

test.each([
  ['required', 'tool_calls'],
  [{ type: 'function', function: { name: 'get_weather' } }, 'tool_calls'],
  ['auto', 'stop'],
  ['none', 'stop'],
])('with the tool choice %j the answer ends with %s', async (tool_choice, finish_reason) => {
  const { choices } = await completionOf({ tools: [WEATHER], tool_choice });
  expect(choices[0]?.finish_reason).toBe(finish_reason);
});

test('answers with JSON of a schema', async () => {
  const schema = { type: 'object', properties: { count: { type: 'integer' } }, required: ['count'] };
  const { choices } = await completionOf({
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
  });
  expect(choices[0]?.message.content).toBe('{"count":1}');
  const any = await completionOf({ response_format: { type: 'json_object' } });
  expect(JSON.parse(any.choices[0]?.message.content ?? '')).toHaveProperty('fingerprint');
});

test('takes images as data and by address', async () => {
  const plain = await completionOf({});
  const content = (url: string) => [
    { type: 'text', text: 'Why is the sky blue?' },
    { type: 'image_url', image_url: { url } },
  ];
  for (const url of ['data:image/png;base64,iVBORw0KGgo=', 'gs://bucket/a.webp']) {
    const { usage } = await completionOf({
      messages: [REQUEST.messages[0], { role: 'user', content: content(url) }],
    });
    expect(usage.prompt_tokens).toBe(plain.usage.prompt_tokens + 258);
  }
});

test.each([{ max_tokens: 2 }, { max_completion_tokens: 2 }])('%j limits the answer', async (limit) => {
  const { choices } = await completionOf(limit);
  expect(choices).toMatchObject([{ finish_reason: 'length', message: { content: 'You wrot' } }]);
});

test.each([{ stop: 'words' }, { stop: ['first', 'words'] }])('%j ends the answer', async (stop) => {
  const { choices } = await completionOf(stop);
  expect(choices).toMatchObject([{ finish_reason: 'stop', message: { content: 'You wrote 5 ' } }]);
});

test('thinks, shows its thoughts in a tag and takes them back', async () => {
  const google = {
    thinking_config: { thinking_budget: 1024, include_thoughts: true },
    thought_tag_marker: 'think',
  };
  const { choices, usage } = await completionOf({ extra_body: { google } });
  const { content = '' } = choices[0]?.message ?? {};
  expect(content).toMatch(/^<think>.+<\/think>You wrote/);
  expect(usage).toMatchObject({ completion_tokens: 42, completion_tokens_details: { reasoning_tokens: 26 } });
  const messages = (said: string) => [
    ...REQUEST.messages,
    { role: 'assistant', content: said },
    { role: 'user', content: 'So?' },
  ];
  const next = await completionOf({ messages: messages(content), google });
  const without = await completionOf({ messages: messages(content.replace(/^<think>.+<\/think>/, '')) });
  expect(next.usage.prompt_tokens).toBe(without.usage.prompt_tokens);
});

test('reasoning_effort is a budget of thoughts', async () => {
  expect(await completionOf({ reasoning_effort: 'low' })).toMatchObject({
    usage: { completion_tokens_details: { reasoning_tokens: 26 }, total_tokens: 76 },
  });
  expect((await completionOf({ reasoning_effort: 'none' })).usage).not.toHaveProperty(
    'completion_tokens_details',
  );
});

test("ignores OpenAI's parameters that Google does not support", async () => {
  const ignored = {
    store: false,
    user: 'somebody',
    parallel_tool_calls: true,
    logprobs: false,
    metadata: {},
  };
  expect(await completionOf(ignored)).toEqual(await completionOf({}));
});

test('an unknown field is an error in a list', async () => {
  const { status, text } = await complete({ temprature: 1 });
  const description = 'Invalid JSON payload received. Unknown name "temprature": Cannot find field.';
  expect(status).toBe(400);
  expect(JSON.parse(text)).toEqual([
    {
      error: {
        code: 400,
        message: description,
        status: 'INVALID_ARGUMENT',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ description }] },
        ],
      },
    },
  ]);
});

test.each([
  [
    { model: 'gemini-3.5-flash' },
    400,
    "Malformed publisher model (`model`: 'gemini-3.5-flash') for the 'openapi' request endpoint ID; expected '<publisher>/<model>'.",
  ],
  [{ model: 'google/gemini-9' }, 404, 'Publisher Model `projects/sample-project/locations/us/'],
  [{ messages: [] }, 400, 'at least one contents field is required.'],
  [{ messages: [{ role: 'user', content: 'x', foo: 1 }] }, 400, `Unknown name "foo" at 'messages[0]'`],
  [{ messages: [{ role: 'robot', content: 'x' }] }, 400, "Invalid value at 'messages[0].role'"],
  [{ messages: [{ role: 'user', content: 5 }] }, 400, "Invalid value at 'messages[0].content'"],
  [
    { messages: [{ role: 'user', content: [{ type: 'file' }] }] },
    400,
    "Invalid value at 'messages[0].content[0].type'",
  ],
  [
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x.png' } }] }] },
    400,
    "Invalid value at 'messages[0].content[0].image_url.url'",
  ],
  [
    { messages: [...CALLS, { role: 'tool', tool_call_id: 'x', content: 'y' }] },
    400,
    "Invalid value at 'messages[1].tool_call_id'",
  ],
  [{ max_tokens: 'many' }, 400, "Invalid value at 'max_tokens' (TYPE_INT32)"],
  [{ temperature: 3 }, 400, 'it has a temperature value of 3'],
  [{ reasoning_effort: 'huge' }, 400, "Invalid value at 'reasoning_effort'"],
  [
    { reasoning_effort: 'low', google: { thinking_config: {} } },
    400,
    'only one of reasoning_effort and thinking_config may be given.',
  ],
  [{ tool_choice: 'maybe' }, 400, "Invalid value at 'tool_choice'"],
  [{ n: 9 }, 400, 'it has a candidateCount value of 9'],
  [{ top_logprobs: 2 }, 400, 'logprobs may only be set when responseLogprobs is true'],
  [{ functions: [] }, 501, 'does not support functions of chat completions'],
])('refuses %j', async (wrong, expected, message) => {
  for (const stream of [false, true]) {
    const { status, text } = await complete({ ...wrong, stream });
    expect(status).toBe(expected);
    const [failure] = JSON.parse(text) as { error: { message: string } }[];
    expect(failure?.error.message).toContain(message);
  }
});

test('answers with several choices and with log probabilities', async () => {
  const { choices } = await completionOf({ n: 2, logprobs: true, top_logprobs: 2 });
  expect(choices).toMatchObject([{ index: 0 }, { index: 1 }]);
  expect(choices[1]?.message.content).not.toBe(choices[0]?.message.content);
  for (const { message, logprobs } of choices) {
    expect(logprobs?.content.map(({ token }) => token).join('')).toBe(message.content);
    for (const { token, logprob, top_logprobs } of logprobs?.content ?? []) {
      expect(logprob).toBeLessThan(0);
      expect(top_logprobs).toHaveLength(2);
      expect(top_logprobs[0]).toMatchObject({ token, logprob });
      expect(top_logprobs[1]?.logprob).toBeLessThan(logprob);
    }
  }
  const { status, text } = await complete({ n: 2, stream: true });
  expect(status).toBe(400);
  expect(text).toContain('one candidate');
});

test('the calls of several choices have ids of their own', async () => {
  const { choices } = await completionOf({ n: 2, messages: CALLS, tools: [WEATHER] });
  const ids = choices.flatMap(({ message }) => message.tool_calls ?? []).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
});

test('refuses a body that is nested too deeply', async () => {
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const { status, text } = await complete(`{"model":"google/gemini-3.5-flash","tool_choice":${deep}}`);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject([
    { error: { message: expect.stringContaining('too deep') as string } },
  ]);
});

test('the pages of a search are told beside the text, in a stream with its last delta', async () => {
  const told = { google: { grounding_metadata: { web_search_queries: ['Why is the sky blue'] } } };
  const { text } = await complete({ web_search_options: {} });
  expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { extra_content: told } }] });
  const streamed = await complete({ web_search_options: {}, stream: true });
  const events = streamed.text.split('\n\n').filter((event) => event.startsWith('data: {'));
  expect(events.findIndex((event) => event.includes('grounding_metadata'))).toBe(events.length - 1);
  expect((await complete({})).text).not.toContain('extra_content');
});

test('answers 401 in a list too', async () => {
  const response = await vertex.post(PATH, REQUEST, { headers: { authorization: 'Bearer a-bad-token' } });
  expect(response.statusCode).toBe(401);
  expect(await response.body.json()).toMatchObject([{ error: { status: 'UNAUTHENTICATED' } }]);
});

test('a fault breaks a stream with an error and without [DONE]', async () => {
  vertex.emulator.control.inject({ errorAfterChunks: 2, status: 429 });
  const { text } = await complete({ stream: true });
  expect(text.split('\n\n').slice(2)).toEqual([
    'data: {"error":{"code":429,"message":"Injected fault 429.","status":"RESOURCE_EXHAUSTED"}}',
    '',
  ]);
});

test('a fault with a status is the answer of a stream', async () => {
  const body = [{ error: { code: 429, message: 'Resource exhausted.', status: 'RESOURCE_EXHAUSTED' } }];
  vertex.emulator.control.inject({ path: '/chat/completions', status: 429, body });
  expect(await complete({ stream: true })).toMatchObject({ status: 429, text: JSON.stringify(body) });
});

test('a fault drops the connection after some chunks', async () => {
  vertex.emulator.control.inject({ abortAfterChunks: 2 });
  await expect(complete({ stream: true })).rejects.toHaveProperty('code');
});
