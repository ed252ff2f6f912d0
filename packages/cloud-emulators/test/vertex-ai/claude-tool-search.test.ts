import { startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const MODELS = 'v1/projects/sample-project/locations/us/publishers/anthropic/models';
const HAIKU = `${MODELS}/claude-haiku-4-5@20251001:rawPredict`;
const REGEX = { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' };
const BM25 = { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' };
const SCREEN = { name: 'computer', display_width_px: 1024, display_height_px: 768 };
const input_schema = { type: 'object', properties: {} };
const WEATHER = { name: 'get_weather', input_schema, defer_loading: true };
const TIME = { name: 'get_time', input_schema, defer_loading: true };

interface Block {
  readonly type: string;
  readonly id?: string;
  readonly [name: string]: unknown;
}

interface Answer {
  readonly content: readonly Block[];
  readonly stop_reason: string;
  readonly error: { readonly message: string };
}

let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

async function ask(body: object, status = 200, betas = ''): Promise<Answer> {
  const response = await vertex.post(
    HAIKU,
    { anthropic_version: 'vertex-2023-10-16', max_tokens: 2000, ...body },
    { headers: { authorization: `Bearer ${TOKEN}`, 'anthropic-beta': betas } },
  );
  const text = await response.body.text();
  expect([response.statusCode, text]).toEqual([status, expect.anything()]);
  return JSON.parse(text) as Answer;
}

const said = (content: string) => [{ role: 'user', content }];

test.each([
  [REGEX, { pattern: 'get_weather|get_time' }],
  [BM25, { query: 'get_weather get_time' }],
])('deferred tools are searched for by %j, and then used', async (search, input) => {
  const { content, stop_reason } = await ask({
    tools: [search, WEATHER, TIME],
    messages: said('Use get_weather and get_time.'),
  });
  expect(content.map(({ type }) => type)).toEqual([
    'server_tool_use',
    'tool_search_tool_result',
    'text',
    'tool_use',
    'tool_use',
  ]);
  expect(content[0]).toMatchObject({ name: search.name, input });
  expect(content[1]).toEqual({
    type: 'tool_search_tool_result',
    tool_use_id: content[0]?.id,
    content: {
      type: 'tool_search_tool_search_result',
      tool_references: [
        { type: 'tool_reference', tool_name: 'get_weather' },
        { type: 'tool_reference', tool_name: 'get_time' },
      ],
    },
  });
  expect(stop_reason).toBe('tool_use');
});

test('a search comes back, and what it has found is there without another', async () => {
  const tools = [REGEX, WEATHER];
  const first = await ask({ tools, messages: said('Use get_weather.') });
  const use = first.content.find(({ type }) => type === 'tool_use');
  const messages = [
    ...said('Use get_weather.'),
    { role: 'assistant', content: first.content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: use?.id, content: 'Sunny' }] },
  ];
  const second = await ask({ tools, messages });
  expect(second.content.map(({ type }) => type)).toEqual(['text']);
  const third = await ask({
    tools,
    messages: [...messages, { role: 'assistant', content: second.content }, ...said('get_weather again')],
  });
  expect(third.content.map(({ type }) => type)).toEqual(['text', 'tool_use']);
});

test.each([
  ['nothing is asked for', { messages: said('Name flowers.') }],
  ['no tool is to be used', { messages: said('Use get_weather.'), tool_choice: { type: 'none' } }],
])('there is no search when %s', async (_, body) => {
  const { content } = await ask({ tools: [REGEX, WEATHER], ...body });
  expect(content.map(({ type }) => type)).toEqual(['text']);
});

test('the result of a search stands behind it, with its type', async () => {
  const use = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'tool_search_tool_regex', input: {} };
  const result = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] };
  const messages = [...said('Hello'), { role: 'assistant', content: [use, result] }, ...said('And?')];
  const { error } = await ask({ tools: [REGEX, WEATHER], messages }, 400);
  expect(error.message).toBe(
    'messages.1: `tool_search_tool_regex` tool use with id `srvtoolu_1` was found without a corresponding `tool_search_tool_result` block',
  );
});

test.each([
  [{ type: 'memory_20250818', name: 'memory' }, '', { command: 'view', path: '/memories' }],
  [{ ...SCREEN, type: 'computer_20250124' }, 'computer-use-2025-01-24', { action: 'screenshot' }],
  [
    { ...SCREEN, type: 'computer_20251124', enable_zoom: true },
    'computer-use-2025-11-24',
    { action: 'screenshot' },
  ],
])('%j is used with an input of its own', async (tool, betas, input) => {
  const { content } = await ask({ tools: [tool], messages: said(`Use ${tool.name}.`) }, 200, betas);
  expect(content.at(-1)).toMatchObject({ type: 'tool_use', name: tool.name, input });
});

test('a computer needs the beta of its version', async () => {
  const body = { tools: [{ ...SCREEN, type: 'computer_20251124' }], messages: said('Hello') };
  const { error } = await ask(body, 400, 'computer-use-2025-01-24');
  expect(error.message).toMatch(/^tools\.0: .*`computer-use-2025-11-24`/);
});
