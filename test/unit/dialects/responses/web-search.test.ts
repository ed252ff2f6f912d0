import { readOpenAiResponse } from '../../../../src/dialects/openai-responses.ts';
import type { AnswerFacts } from '../../../../src/prediction/answer.ts';
import type { BytesPayload } from '../../../../src/prediction/prediction.ts';
import { rejectedBy, thrownBy } from '../../thrown-by.ts';
import { callOf, conversationOf, FUNCTION } from './conversation-of.ts';

type Json = Record<string, unknown>;

const GEMINI = callOf('google', 'gemini-3.5-flash', 'generateContent');
const CLAUDE = callOf('anthropic', 'claude-opus-5-5', 'rawPredict');
const SEARCH = { type: 'web_search' };
const FACTS: AnswerFacts = { usage: {} };

async function payloadOf(body: object): Promise<BytesPayload> {
  const { payload } = await readOpenAiResponse({
    method: 'POST',
    path: 'v1/responses',
    query: new URLSearchParams(),
    header: () => null,
    body: Buffer.from(JSON.stringify({ model: 'fast', input: 'Hello', tools: [SEARCH], ...body })),
  });
  if (payload.kind !== 'bytes') throw new Error('no bytes');
  return payload;
}

async function sent(body: object, call = GEMINI): Promise<Json> {
  const { body: bytes } = (await payloadOf(body)).request(call);
  return JSON.parse(Buffer.from(bytes ?? []).toString()) as Json;
}

async function whole(
  answer: object,
  call = GEMINI,
): Promise<{ readonly output: readonly Json[]; status: string }> {
  const { rewrite } = await payloadOf({});
  const written = await rewrite?.whole?.(Buffer.from(JSON.stringify(answer)), call, undefined, FACTS);
  return JSON.parse(Buffer.from(written ?? []).toString()) as Awaited<ReturnType<typeof whole>>;
}

async function stream(values: readonly object[], call = GEMINI): Promise<Json[]> {
  const rewriting = (await payloadOf({ stream: true })).rewrite?.stream?.(call);
  const parts = values.map((value) => rewriting?.part(Buffer.from(`data: ${JSON.stringify(value)}\n\n`)));
  const text = Buffer.concat(
    [...parts, rewriting?.end(FACTS)].map((part) => Buffer.from(part ?? [])),
  ).toString();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Json);
}

test('the search becomes each vendor’s own tool', async () => {
  const filters = { blocked_domains: ['a.example'] };
  expect((await sent({ tools: [{ ...SEARCH, filters, search_context_size: 'low' }] })).tools).toEqual([
    { googleSearch: { excludeDomains: ['a.example'] } },
  ]);
  const user_location = { type: 'approximate', city: 'Lisbon' };
  const tools = [FUNCTION, { type: 'web_search_preview_2025_03_11', filters, user_location }];
  expect((await sent({ tools }, CLAUDE)).tools).toEqual([
    expect.objectContaining({ name: 'look_up' }),
    { type: 'web_search_20250305', name: 'web_search', blocked_domains: ['a.example'], user_location },
  ]);
  expect(await sent({})).not.toHaveProperty('toolConfig');
});

test('functions stand beside the search', async () => {
  const { tools } = await sent({ tools: [FUNCTION, SEARCH] });
  expect(tools).toMatchObject([{ functionDeclarations: [{ name: 'look_up' }] }, { googleSearch: {} }]);
});

test.each([
  ['none', undefined],
  [{ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'look_up' }] }, undefined],
  ['auto', ['tools', 1]],
  [{ type: 'allowed_tools', mode: 'auto', tools: [SEARCH] }, ['tools', 1]],
])('with the choice %j the search is there as chosen', async (choice, path) => {
  const { webSearch } = await conversationOf({ tools: [FUNCTION, SEARCH], tool_choice: choice });
  expect(webSearch?.path).toEqual(path);
});

test.each<[string, object]>([
  ['tools[0].external_web_access', { tools: [{ ...SEARCH, external_web_access: false }] }],
  ['tool_choice.type', { tools: [SEARCH], tool_choice: SEARCH }],
])('%s is refused by its name', async (field, body) => {
  expect(await rejectedBy(conversationOf(body))).toMatchObject({
    code: 'UNSUPPORTED_PARAMETER',
    violations: [{ field }],
  });
});

test.each<[string, object]>([
  ['tools[0].filters.allowed_domains', { tools: [{ ...SEARCH, filters: { allowed_domains: 'a.example' } }] }],
  ['tools[0].filters.blocked_domains', { tools: [{ ...SEARCH, filters: { blocked_domains: [7] } }] }],
  [
    'tools[0].filters.blocked_domains',
    { tools: [{ ...SEARCH, filters: { blocked_domains: Array(101).fill('a') } }] },
  ],
  ['tools[0].user_location', { tools: [{ ...SEARCH, user_location: 'Lisbon' }] }],
  ['tools[1].type', { tools: [SEARCH, SEARCH] }],
])('%s is refused as malformed', async (field, body) => {
  expect(await rejectedBy(conversationOf(body))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field }],
  });
});

test.each<[string, object]>([
  [
    'tools[0].filters.allowed_domains',
    { tools: [{ ...SEARCH, filters: { allowed_domains: ['a.example'] } }] },
  ],
  ['tools[0].user_location', { tools: [{ ...SEARCH, user_location: { type: 'approximate' } }] }],
  ['tool_choice', { tool_choice: 'required' }],
])('Gemini refuses %s, which would change the answer', async (field, body) => {
  const payload = await payloadOf(body);
  expect(thrownBy(() => payload.request(GEMINI))).toMatchObject({ violations: [{ field }] });
});

test('a search of an earlier answer comes back without harm', async () => {
  const action = { type: 'search', query: 'q', sources: [{ type: 'url', url: 'https://a.example/' }] };
  const input = [
    { role: 'user', content: 'Hi' },
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action },
    {
      type: 'message',
      role: 'assistant',
      content: [
        {
          type: 'output_text',
          text: 'Yes.',
          annotations: [{ type: 'url_citation', url: 'https://a.example/' }],
        },
      ],
    },
    { role: 'user', content: 'And?' },
  ];
  const prediction = await readOpenAiResponse({
    method: 'POST',
    path: 'v1/responses',
    query: new URLSearchParams(),
    header: () => null,
    body: Buffer.from(JSON.stringify({ model: 'fast', input })),
  });
  expect(() => prediction.check?.(GEMINI)).not.toThrow();
  expect((await sent({ input, tools: [] })).contents).toHaveLength(3);
});

const GROUNDING = {
  webSearchQueries: ['whales', 'narwhals'],
  groundingChunks: [
    { web: { uri: 'https://a.example/1', title: 'One' } },
    { web: { uri: 'https://b.example/2', title: 'Two' } },
    { retrievedContext: {} },
  ],
  groundingSupports: [
    { segment: { startIndex: 8, endIndex: 13, text: '👋.' }, groundingChunkIndices: [0, 1] },
    { segment: { startIndex: 900, endIndex: 950, text: 'Grüße' }, groundingChunkIndices: [0] },
    { segment: { endIndex: 3, text: 'not there' }, groundingChunkIndices: [0] },
    { segment: { text: 'Grüße' }, groundingChunkIndices: [2, 9, 'x'] },
  ],
};
const TEXT = 'Grüße 👋.';
const CITED = [
  { type: 'url_citation', start_index: 6, end_index: 9, url: 'https://a.example/1', title: 'One' },
  { type: 'url_citation', start_index: 6, end_index: 9, url: 'https://b.example/2', title: 'Two' },
  { type: 'url_citation', start_index: 0, end_index: 5, url: 'https://a.example/1', title: 'One' },
];
const SEARCHED = {
  type: 'web_search_call',
  status: 'completed',
  action: {
    type: 'search',
    query: 'whales',
    queries: ['whales', 'narwhals'],
    sources: [
      { type: 'url', url: 'https://a.example/1' },
      { type: 'url', url: 'https://b.example/2' },
    ],
  },
};

test('Google’s passages are cited where they are, by bytes or by words', async () => {
  const { output } = await whole({
    candidates: [
      {
        content: { parts: [{ text: TEXT, thoughtSignature: 'c2ln' }] },
        finishReason: 'STOP',
        groundingMetadata: GROUNDING,
      },
    ],
  });
  expect(output).toMatchObject([
    { type: 'message', content: [{ text: TEXT, annotations: CITED }] },
    { type: 'reasoning' },
    SEARCHED,
  ]);
});

test('a stream has the same, by events', async () => {
  const events = await stream([
    { candidates: [{ content: { parts: [{ text: 'Grüße ' }] } }] },
    { candidates: [{ content: { parts: [{ text: '👋.' }] } }] },
    { candidates: [{ content: { parts: [] }, finishReason: 'STOP', groundingMetadata: GROUNDING }] },
  ]);
  const annotations = events.filter(({ type }) => type === 'response.output_text.annotation.added');
  expect(annotations.map(({ annotation }) => annotation)).toEqual(CITED);
  expect(annotations.map(({ annotation_index: index }) => index)).toEqual([0, 1, 2]);
  expect(events.map(({ type }) => type).slice(-7)).toEqual([
    'response.output_item.done',
    'response.output_item.added',
    'response.web_search_call.in_progress',
    'response.web_search_call.searching',
    'response.web_search_call.completed',
    'response.output_item.done',
    'response.completed',
  ]);
  expect(events.at(-1)).toMatchObject({
    response: { output: [{ content: [{ annotations: CITED }] }, SEARCHED] },
  });
});

const RESULT = { type: 'web_search_result', url: 'https://a.example/1', title: 'One' };
const CITATION = {
  type: 'web_search_result_location',
  url: 'https://a.example/1',
  title: 'One',
  cited_text: 'x',
};

test('Claude’s searches and sources are read, whole and streamed', async () => {
  const block = (index: number, content_block: object, ...deltas: object[]) => [
    { type: 'content_block_start', index, content_block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
  const events = await stream(
    [
      ...block(
        0,
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        { type: 'input_json_delta', partial_json: '{"query":' },
        { type: 'input_json_delta', partial_json: '"whales"}' },
      ),
      ...block(1, { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [RESULT] }),
      ...block(2, { type: 'text', text: '' }, { type: 'text_delta', text: 'So: ' }),
      ...block(
        3,
        { type: 'text', text: '', citations: [] },
        { type: 'citations_delta', citation: CITATION },
        { type: 'text_delta', text: 'they sing.' },
      ),
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    ],
    CLAUDE,
  );
  const output = [
    {
      type: 'web_search_call',
      status: 'completed',
      action: { query: 'whales', sources: [{ url: RESULT.url }] },
    },
    {
      type: 'message',
      content: [
        {
          text: 'So: they sing.',
          annotations: [{ start_index: 4, end_index: 14, url: CITATION.url, title: 'One' }],
        },
      ],
    },
  ];
  expect(events.at(-1)).toMatchObject({ response: { output } });
  const answer = await whole(
    {
      type: 'message',
      content: [
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'whales' } },
        { type: 'web_search_tool_result', content: [RESULT] },
        { type: 'text', text: 'So: ' },
        { type: 'text', text: 'they sing.', citations: [CITATION] },
      ],
      stop_reason: 'end_turn',
    },
    CLAUDE,
  );
  expect(answer).toMatchObject({ status: 'completed', output });
});

test('a failed search says so, and a pause is no end', async () => {
  const answer = await whole(
    {
      type: 'message',
      content: [
        { type: 'server_tool_use', name: 'web_search', input: {} },
        {
          type: 'web_search_tool_result',
          content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
        },
      ],
      stop_reason: 'pause_turn',
    },
    CLAUDE,
  );
  expect(answer).toMatchObject({ status: 'failed', output: [{ type: 'web_search_call', status: 'failed' }] });
});
