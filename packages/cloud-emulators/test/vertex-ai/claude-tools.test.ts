import { startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const MODELS = 'v1/projects/sample-project/locations/us/publishers/anthropic/models';
const HAIKU = `${MODELS}/claude-haiku-4-5@20251001:rawPredict`;
const REQUEST = { anthropic_version: 'vertex-2023-10-16', max_tokens: 2000 };

interface Answer {
  readonly status: number;
  readonly content: readonly { readonly type: string; readonly [name: string]: unknown }[];
  readonly usage: { readonly output_tokens: number };
  readonly error: { readonly message: string };
}

let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

async function ask(body: object, path = HAIKU, betas = ''): Promise<Answer> {
  const response = await vertex.post(
    path,
    { ...REQUEST, ...body },
    { headers: { authorization: `Bearer ${TOKEN}`, 'anthropic-beta': betas } },
  );
  return { ...((await response.body.json()) as Answer), status: response.statusCode };
}

function tool(name: string, more: object = {}) {
  const properties = { file_path: { type: 'string' }, limit: { type: 'integer', minimum: 1 } };
  return { name, input_schema: { type: 'object', properties, required: ['file_path'] }, ...more };
}

const text = (said: string) => ({ type: 'text', text: said });
const said = (...content: object[]) => ({ messages: [{ role: 'user', content }] });

/** The names and inputs of the tools that are used for a last turn. */
async function used(body: object): Promise<unknown[]> {
  const { status, content } = await ask({
    tools: [tool('Read'), tool('Write'), tool('mcp__files__ls')],
    ...body,
  });
  expect(status).toBe(200);
  return content.filter(({ type }) => type === 'tool_use').map(({ name, input }) => [name, input]);
}

const MADE = { file_path: 'file_path', limit: 1 };

test.each<[string, string[]]>([
  ['Use Read, please.', ['Read']],
  ['Read: the notes', ['Read']],
  ['mcp__files__ls', ['mcp__files__ls']],
  ['Write what you Read.', ['Read', 'Write']],
  ['Readers reread; OverWrite it', []],
  ['read the file', []],
  ['mcp__files__lsof', []],
])('%j names %j by whole words', async (prompt, names) => {
  expect(await used(said(text(prompt)))).toEqual(names.map((name) => [name, MADE]));
});

test.each([
  [[text('<system-reminder>Read is a tool.</system-reminder>'), text('Name flowers.')]],
  [[text('Name flowers.'), text('<system-reminder>Use Write.</system-reminder>\n')]],
  [[text('<system-reminder>Read</system-reminder>Name flowers.<system-reminder>Write</system-reminder>')]],
  [[text('Read this first.'), text('Then name flowers.')]],
])('a reminder and an earlier text name no tool: %j', async (content) => {
  expect(await used(said(...content))).toEqual([]);
});

test('a reminder behind the user’s text hides it not', async () => {
  const content = [text('Use Read.'), text('<system-reminder>Today is Monday.</system-reminder>')];
  expect(await used(said(...content))).toEqual([['Read', MADE]]);
});

test('an unclosed reminder is the user’s own text', async () => {
  expect(await used(said(text('<system-reminder> is what Read returned')))).toEqual([['Read', MADE]]);
});

test.each([
  ['Read {"file_path": "a {b}.txt", "limit": 3} now', { file_path: 'a {b}.txt', limit: 3 }],
  ['Read: {"file_path":"quote \\" }"} {"x":1}', { file_path: 'quote " }' }],
  ['Read\n{"deep": {"er": [{}]}}', { deep: { er: [{}] } }],
  ['Read {not json}', MADE],
  ['Read {"open": 1', MADE],
  ['Read it: {"file_path": "x"}', MADE],
])('%j gives the tool its input', async (prompt, input) => {
  expect(await used(said(text(prompt)))).toEqual([['Read', input]]);
});

test('a demanded tool takes its input from the text, too', async () => {
  const body = { ...said(text('Write {"file_path": "x"}')), tool_choice: { type: 'tool', name: 'Write' } };
  expect(await used(body)).toEqual([['Write', { file_path: 'x' }]]);
  const other = { ...body, tool_choice: { type: 'tool', name: 'Read' } };
  expect(await used(other)).toEqual([['Read', MADE]]);
});

test('the answer repeats the user’s words and results, not reminders', async () => {
  const { content } = await ask(
    said(text('<system-reminder>secret</system-reminder>'), text('Name irises.')),
  );
  expect(content[0]?.text).toContain('You wrote 2 words. The first different ones are: name, irises.');
});

test('a deferred tool is there once a search has found it, and counts only then', async () => {
  const tools = [tool('Search'), tool('Hidden', { defer_loading: true })];
  const prompt = 'Use Hidden.';
  expect(await used({ ...said(text(prompt)), tools })).toEqual([]);
  const found = {
    tools,
    messages: [
      { role: 'user', content: 'Find it.' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'Search', input: {} }] },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: [{ type: 'tool_reference', tool_name: 'Hidden' }],
          },
        ],
      },
      { role: 'assistant', content: 'Found.' },
      { role: 'user', content: prompt },
    ],
  };
  expect(await used(found)).toEqual([['Hidden', MADE]]);
});

test('tools are not all deferred', async () => {
  const { status, error } = await ask({
    ...said(text('Hi')),
    tools: [tool('Hidden', { defer_loading: true })],
  });
  expect([status, error.message]).toEqual([
    400,
    'All tools have defer_loading set. At least one tool must be non-deferred.',
  ]);
});

test('a pattern in an optional member of a tool’s schema is no obstacle', async () => {
  const properties = { id: { type: 'string', pattern: '^(?<kind>wf)_(?!x)[a-z0-9-]{6,}$' } };
  const tools = [{ name: 'Flow', input_schema: { type: 'object', properties } }];
  expect(await used({ ...said(text('Run Flow.')), tools })).toEqual([['Flow', expect.any(Object)]]);
});

test('thoughts are omitted on demand, billed all the same, and taken back', async () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const shown = await ask({ ...said(text('Hi')), thinking });
  const omitted = await ask({ ...said(text('Hi')), thinking: { ...thinking, display: 'omitted' } });
  expect(omitted.content[0]).toEqual({
    type: 'thinking',
    thinking: '',
    signature: expect.any(String) as string,
  });
  expect(omitted.usage.output_tokens).toBe(shown.usage.output_tokens);
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: omitted.content },
    { role: 'user', content: 'Go on.' },
  ];
  expect((await ask({ messages, thinking })).status).toBe(200);
});

test('a stream of an omitted thought has its signature alone', async () => {
  const response = await vertex.post(
    HAIKU.replace(':rawPredict', ':streamRawPredict'),
    {
      ...REQUEST,
      ...said(text('Hi')),
      stream: true,
      thinking: { type: 'enabled', budget_tokens: 1024, display: 'omitted' },
    },
    { headers: { authorization: `Bearer ${TOKEN}` } },
  );
  const events = await response.body.text();
  expect(events).toContain('"signature_delta"');
  expect(events).not.toContain('"thinking_delta"');
});

test.each([
  [{ thinking: { type: 'adaptive' } }, '', 'adaptive thinking is not supported on this model'],
  [{ output_config: { effort: 'low' } }, '', 'This model does not support the effort parameter.'],
  [{}, 'token-efficient-tools-2025-02-19', 'Unexpected value(s) `token-efficient-tools-2025-02-19`'],
  [{}, 'claude-code-20250219,effort-2025-11-24', 'Unexpected value(s) `effort-2025-11-24`'],
])('a model that thinks by a budget refuses %j with the betas %j', async (body, betas, message) => {
  const { status, error } = await ask({ ...said(text('Hi')), ...body }, HAIKU, betas);
  expect([status, error.message]).toEqual([400, expect.stringContaining(message) as string]);
});
