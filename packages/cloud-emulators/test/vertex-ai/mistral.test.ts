import { NOW, startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const MODELS = 'v1/projects/sample-project/locations/us-central1/publishers/mistralai/models';
const CHAT = { model: 'mistral-small-2503', messages: [{ role: 'user', content: 'Why is the sky blue?' }] };
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

async function call(verb: string, body: unknown, model = 'mistral-small-2503') {
  const response = await vertex.post(`${MODELS}/${model}:${verb}`, body, {
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  });
  const contentType = String(response.headers['content-type']);
  return { status: response.statusCode, contentType, text: await response.body.text() };
}

test.each(['rawPredict', 'streamRawPredict'])('%s answers a chat as a whole', async (verb) => {
  const { status, contentType, text } = await call(verb, CHAT);
  expect([status, contentType]).toEqual([200, 'application/json']);
  const answer = JSON.parse(text) as { usage: { prompt_tokens: number; completion_tokens: number } };
  expect(answer).toMatchObject({
    object: 'chat.completion',
    created: Math.floor(NOW / 1000),
    model: 'mistral-small-2503',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant' } }],
    usage: { prompt_tokens: 5, total_tokens: 5 + answer.usage.completion_tokens },
  });
});

test.each(['rawPredict', 'streamRawPredict'])(
  '%s streams when the body asks for it, and tells usage with the finish reason',
  async (verb) => {
    const { contentType, text } = await call(verb, { ...CHAT, stream: true });
    expect(contentType).toBe('text/event-stream');
    const events = text.trimEnd().split('\n\n');
    expect(events.at(-1)).toBe('data: [DONE]');
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as object);
    expect(chunks.slice(0, -1).every((chunk) => !('usage' in chunk))).toBe(true);
    expect(chunks.at(-1)).toMatchObject({
      object: 'chat.completion.chunk',
      choices: [{ finish_reason: 'stop' }],
      usage: { prompt_tokens: 5 },
    });
  },
);

test('max_tokens bounds the answer', async () => {
  const { text } = await call('rawPredict', { ...CHAT, max_tokens: 1 });
  expect(JSON.parse(text)).toMatchObject({
    choices: [{ finish_reason: 'length' }],
    usage: { completion_tokens: 1 },
  });
});

test.each([
  [{ messages: [] }, 422],
  [{ ...CHAT, instances: [] }, 422],
  [{ ...CHAT, stream_options: { include_usage: true } }, 422],
  [{ ...CHAT, model: 'mistral-large' }, 400],
  [{ ...CHAT, n: 2 }, 501],
])('%j is refused', async (body, status) => {
  expect((await call('rawPredict', body)).status).toBe(status);
});

test('there is no other model of Mistral, and no other method of this one', async () => {
  expect((await call('rawPredict', CHAT, 'codestral-2501')).status).toBe(404);
  expect((await call('generateContent', CHAT)).status).not.toBe(200);
});
