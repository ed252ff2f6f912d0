import { startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const MODELS = 'v1/projects/sample-project/locations/us/publishers/anthropic/models';
const HAIKU = `${MODELS}/claude-haiku-4-5@20251001`;
const QUESTION = { type: 'text', text: 'Which colour has the grass?' };
const CITED = { citations: { enabled: true } };
const PLAIN = {
  type: 'document',
  source: { type: 'text', media_type: 'text/plain', data: 'The grass is green 🌱. The sky is blue.' },
  title: 'Colours',
  ...CITED,
};
const PDF = {
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: Buffer.from('%PDF-1.7').toString('base64') },
  ...CITED,
};
const PIECES = {
  type: 'document',
  source: { type: 'content', content: [{ type: 'text', text: 'Green grass' }, QUESTION] },
  ...CITED,
};
const RESULT = {
  type: 'search_result',
  source: 'https://example.com/colours',
  title: 'Colours',
  content: [{ type: 'text', text: 'Grass is green.' }],
  ...CITED,
};

interface Answer {
  readonly content: readonly { readonly type: string; readonly citations?: readonly object[] }[];
  readonly error: { readonly message: string };
}

let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

async function send(content: readonly object[], more: object = {}) {
  const body = {
    anthropic_version: 'vertex-2023-10-16',
    max_tokens: 2000,
    messages: [{ role: 'user', content }],
    ...more,
  };
  const verb = 'stream' in more ? 'streamRawPredict' : 'rawPredict';
  const { statusCode, body: answer } = await vertex.post(`${HAIKU}:${verb}`, body, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return { status: statusCode, text: await answer.text() };
}

async function citationsOf(content: readonly object[]): Promise<readonly object[] | undefined> {
  const { status, text } = await send(content);
  expect([status, text]).toEqual([200, expect.anything()]);
  return (JSON.parse(text) as Answer).content.find(({ type }) => type === 'text')?.citations;
}

test.each<[string, object, object]>([
  [
    'its first sentence',
    PLAIN,
    {
      type: 'char_location',
      cited_text: 'The grass is green 🌱. ',
      document_index: 0,
      document_title: 'Colours',
      file_id: null,
      start_char_index: 0,
      end_char_index: 22,
    },
  ],
  [
    'its first page',
    PDF,
    {
      type: 'page_location',
      cited_text: 'The first page.',
      document_index: 0,
      document_title: null,
      file_id: null,
      start_page_number: 1,
      end_page_number: 2,
    },
  ],
  [
    'its first block',
    PIECES,
    {
      type: 'content_block_location',
      cited_text: 'Green grass',
      document_index: 0,
      document_title: null,
      file_id: null,
      start_block_index: 0,
      end_block_index: 1,
    },
  ],
  [
    'a search result',
    RESULT,
    {
      type: 'search_result_location',
      cited_text: 'Grass is green.',
      source: 'https://example.com/colours',
      title: 'Colours',
      search_result_index: 0,
      start_block_index: 0,
      end_block_index: 1,
    },
  ],
])('a text cites %s', async (_, source, citation) => {
  expect(await citationsOf([source, QUESTION])).toEqual([citation]);
});

test('nothing is cited unasked', async () => {
  expect(await citationsOf([{ ...PLAIN, citations: undefined }, QUESTION])).toBeUndefined();
  expect(await citationsOf([{ ...PLAIN, citations: { enabled: false } }, QUESTION])).toBeUndefined();
});

test('a search result of the caller’s own tool is cited', async () => {
  const messages = [
    { role: 'user', content: 'Look it up.' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look_up', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [RESULT] }] },
  ];
  const { status, text } = await send([], { messages });
  expect([status, text]).toEqual([200, expect.stringContaining('"search_result_location"')]);
});

test('a stream has a citation before the text that it supports', async () => {
  const { text } = await send([PLAIN, QUESTION], { stream: true });
  const deltas = [...text.matchAll(/"delta":\{"type":"(\w+)"/g)].map(([, type]) => type);
  expect(deltas.slice(0, 2)).toEqual(['citations_delta', 'text_delta']);
});

test.each<[string, readonly object[], object, RegExp]>([
  [
    'for some documents alone',
    [PLAIN, { ...PDF, citations: undefined }],
    {},
    /for all documents of a request or for none/,
  ],
  [
    'with a schema of the answer',
    [PLAIN],
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    /together with `output_config.format`/,
  ],
])('citations %s are refused', async (_, content, more, message) => {
  const { status, text } = await send([...content, QUESTION], more);
  expect([status, (JSON.parse(text) as Answer).error.message]).toEqual([400, expect.stringMatching(message)]);
});
