import { citePages } from '../../../src/dialects/chat-citations.ts';

const PAGE = { web: { uri: 'https://a.example/1', title: 'a.example' } };
const CITATION = {
  type: 'url_citation',
  url_citation: { start_index: 6, end_index: 11, url: 'https://a.example/1', title: 'a.example' },
};

/** Grounding of the second sentence of `Größe. Irises.`, in bytes as Google counts. */
const SNAKE = {
  grounding_chunks: [PAGE],
  grounding_supports: [
    { segment: { start_index: 8, end_index: 13, text: 'Iris.' }, grounding_chunk_indices: [0] },
  ],
};
const CAMEL = {
  groundingChunks: [PAGE],
  groundingSupports: [
    { segment: { startIndex: 8, endIndex: 13, text: 'Iris.' }, groundingChunkIndices: [0] },
  ],
};

const said = (content: string, grounding?: object) => ({
  content,
  ...(grounding && { extra_content: { google: { grounding_metadata: grounding } } }),
});
const event = (...deltas: object[]) =>
  deltas.map((delta) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`).join('');

function whole(body: string): string {
  return Buffer.from(citePages().whole(Buffer.from(body))).toString();
}

function streamed(...parts: readonly string[]): string[] {
  const { part } = citePages();
  return parts.map((one) => Buffer.from(part(Buffer.from(one))).toString());
}

test.each([SNAKE, CAMEL])('a message cites the pages of %j in places of its text', (grounding) => {
  const message = said('Größe Iris.', grounding);
  const body = { id: 'x', choices: [{ index: 0, message }], usage: { total_tokens: 7 } };
  expect(JSON.parse(whole(JSON.stringify(body)))).toEqual({
    ...body,
    choices: [{ index: 0, message: { ...message, annotations: [CITATION] } }],
  });
});

test('the last delta of a stream cites the pages in places of the whole text, however it is cut', () => {
  const last = said('is.', SNAKE);
  const before = event(said('Grö'), said('ße I'));
  const [first, middle, cited, done] = streamed(before, event(said('r')), event(last), 'data: [DONE]\n\n');
  expect([first, middle, done]).toEqual([before, event(said('r')), 'data: [DONE]\n\n']);
  expect(cited).toBe(event({ ...last, annotations: [CITATION] }));
});

test('choices are told apart', () => {
  const choices = [said('Other'), said('Größe Iris.', SNAKE)].map((message, index) => ({ index, message }));
  const answer = JSON.parse(whole(JSON.stringify({ choices }))) as typeof choices;
  expect(answer).toMatchObject({ choices: [{}, { message: { annotations: [CITATION] } }] });
  expect(JSON.stringify(answer).match(/annotations/g)).toHaveLength(1);
});

test.each([
  '{ "choices" : [ { "message" : { "content" : "Iris." } } ], "seed": 12345678901234567890 }',
  'not JSON "grounding_metadata"',
  '["grounding_metadata"]',
  '{"error":{"message":"\\"grounding_metadata\\""}}',
])('%s passes byte for byte', (body) => {
  expect(whole(body)).toBe(body);
  expect(streamed(`data: ${body}\n\n`)).toEqual([`data: ${body}\n\n`]);
});

test.each([{ ...SNAKE, grounding_chunks: [] }, { grounding_supports: 'x' }, {}])(
  'a grounding without pages, %j, cites nothing',
  (grounding) => {
    expect(
      whole(JSON.stringify({ choices: [{ index: 0, message: said('Iris.', grounding) }] })),
    ).not.toContain('annotations');
  },
);

test('an answer with annotations of its own keeps them', () => {
  const message = { ...said('Größe Iris.', SNAKE), annotations: [] };
  const body = JSON.stringify({ choices: [{ index: 0, message }] });
  expect(JSON.parse(whole(body))).toEqual(JSON.parse(body));
});
