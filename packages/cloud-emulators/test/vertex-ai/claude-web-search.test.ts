import { startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const MODELS = 'v1/projects/sample-project/locations/us/publishers/anthropic/models';
const HAIKU = `${MODELS}/claude-haiku-4-5@20251001:rawPredict`;
const SEARCH = { type: 'web_search_20250305', name: 'web_search' };
const WEATHER = { name: 'get_weather', input_schema: { type: 'object', properties: {} } };
const REQUEST = {
  anthropic_version: 'vertex-2023-10-16',
  max_tokens: 2000,
  messages: [{ role: 'user', content: 'When do irises bloom?' }],
};

interface Block {
  readonly type: string;
  readonly [name: string]: unknown;
}

interface Answer {
  readonly content: readonly Block[];
  readonly stop_reason: string;
  readonly usage: { readonly input_tokens: number; readonly server_tool_use?: object };
  readonly error: { readonly message: string };
}

let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

async function send(body: object): Promise<{ status: number; text: string }> {
  const response = await vertex.post(
    HAIKU,
    { ...REQUEST, ...body },
    { headers: { authorization: `Bearer ${TOKEN}` } },
  );
  return { status: response.statusCode, text: await response.body.text() };
}

async function ask(body: object, status = 200): Promise<Answer> {
  const answer = await send(body);
  expect([answer.status, answer.text]).toEqual([status, expect.anything()]);
  return JSON.parse(answer.text) as Answer;
}

test('Claude searches once, and its text cites the page', async () => {
  const { content, stop_reason, usage } = await ask({ tools: [SEARCH] });
  const [use, result, text] = content;
  const id = use?.id;
  expect(use).toMatchObject({
    type: 'server_tool_use',
    id: expect.stringMatching(/^srvtoolu_vrtx_/) as string,
    name: 'web_search',
    input: { query: 'When do irises bloom' },
  });
  expect(result).toMatchObject({ type: 'web_search_tool_result', tool_use_id: id });
  const [page] = result?.content as { url: string; title: string }[];
  expect(page?.url).toMatch(/^https:\/\/example\.com\//);
  expect(text).toMatchObject({
    type: 'text',
    citations: [{ type: 'web_search_result_location', url: page?.url, title: page?.title }],
  });
  expect([content.length, stop_reason]).toEqual([3, 'end_turn']);
  expect(usage.server_tool_use).toEqual({ web_search_requests: 1, web_fetch_requests: 0 });
});

test('what a search found counts as input', async () => {
  const searched = await ask({ tools: [SEARCH] });
  const not = await ask({ tools: [SEARCH], tool_choice: { type: 'none' } });
  expect(searched.usage.input_tokens).toBeGreaterThan(not.usage.input_tokens);
  expect(not.usage).not.toHaveProperty('server_tool_use');
});

test.each<[object, string]>([
  [{ allowed_domains: ['irises.example'] }, 'https://irises.example/'],
  [{ blocked_domains: ['example.com'] }, 'https://example.org/'],
])('a search with %j finds pages at %s', async (domains, url) => {
  const { content } = await ask({ tools: [{ ...SEARCH, ...domains }] });
  expect(content[1]?.content).toMatchObject([{ url: expect.stringContaining(url) as string }]);
});

test.each<[what: string, body: object, types: readonly string[]]>([
  [
    'a tool of the caller that is named',
    { tools: [SEARCH, WEATHER], ...said('Use get_weather.') },
    ['tool_use'],
  ],
  ['a tool that is demanded', { tools: [SEARCH, WEATHER], tool_choice: tool('get_weather') }, ['tool_use']],
  ['a choice of none', { tools: [SEARCH], tool_choice: { type: 'none' } }, []],
])('Claude does not search beside %s', async (_, body, types) => {
  const { content } = await ask(body);
  expect(content.map(({ type }) => type).filter((type) => type !== 'text')).toEqual(types);
});

test('a search that is demanded comes before the caller’s tools', async () => {
  const body = { tools: [WEATHER, SEARCH], ...said('Use get_weather.'), tool_choice: tool('web_search') };
  const { content } = await ask(body);
  expect(content.map(({ type }) => type)).toEqual(['server_tool_use', 'web_search_tool_result', 'text']);
});

function said(content: string) {
  return { messages: [{ role: 'user', content }] };
}

function tool(name: string) {
  return { type: 'tool', name };
}

test('a search comes back with the conversation, unchanged', async () => {
  const { content } = await ask({ tools: [SEARCH] });
  const turns = (answer: readonly object[]) => ({
    tools: [SEARCH],
    messages: [
      ...REQUEST.messages,
      { role: 'assistant', content: answer },
      { role: 'user', content: 'And tulips?' },
    ],
  });
  await ask(turns(content));
  const [use, result, text] = content as [Block, Block, Block];
  const [page] = result.content as object[];
  const changed = { ...result, content: [{ ...page, url: 'https://example.com/other' }] };
  const wrong = async (answer: readonly object[]) => (await ask(turns(answer), 400)).error.message;
  expect(await wrong([use, changed, text])).toMatch(/^messages\.1: Invalid `encrypted_content`/);
  expect(await wrong([use, text])).toContain('without a corresponding `web_search_tool_result` block');
  expect(await wrong([result, text])).toContain('unexpected `tool_use_id`');
});

test('a stream has the search whole, and the citation before the text', async () => {
  const { text } = await send({ tools: [SEARCH], stream: true });
  const events = text
    .split('\n')
    .flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6)) as Block] : []));
  const starts = events.filter(({ type }) => type === 'content_block_start');
  expect(starts.map(({ content_block }) => (content_block as Block).type)).toEqual([
    'server_tool_use',
    'web_search_tool_result',
    'text',
  ]);
  const deltas = events.flatMap(({ delta }) => (delta as Block | undefined)?.type ?? []);
  expect(deltas.indexOf('citations_delta')).toBe(deltas.indexOf('text_delta') - 1);
  const end = events.find(({ type }) => type === 'message_delta');
  expect(end).toMatchObject({ usage: { server_tool_use: { web_search_requests: 1 } } });
});

test.each<[object, string]>([
  [{ ...SEARCH, type: 'web_search_20260209' }, "Input tag 'web_search_20260209' found using 'type'"],
  [
    { ...SEARCH, allowed_domains: ['a.example'], blocked_domains: ['b.example'] },
    'Only one of `allowed_domains`',
  ],
  [{ ...SEARCH, name: 'search' }, "tools.0.web_search_20250305.name: Input should be 'web_search'"],
  [{ ...SEARCH, input_schema: {} }, 'Extra inputs are not permitted'],
])('the tool %j is refused', async (one, message) => {
  expect((await ask({ tools: [one] }, 400)).error.message).toContain(message);
});

test.each([
  [
    { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
    { command: 'view', path: 'path' },
  ],
  [{ type: 'bash_20250124', name: 'bash' }, { command: 'command' }],
])('the tool %j, which Anthropic defines, is used by its own input', async (defined, input) => {
  const { content, stop_reason } = await ask({ tools: [defined], ...said(`Use ${defined.name}.`) });
  expect(content.at(-1)).toMatchObject({ type: 'tool_use', name: defined.name, input });
  expect(stop_reason).toBe('tool_use');
  const given = `Use ${defined.name} {"command": "view", "path": "notes.txt"}`;
  expect((await ask({ tools: [defined], ...said(given) })).content.at(-1)).toMatchObject({
    input: { command: 'view', path: 'notes.txt' },
  });
});
