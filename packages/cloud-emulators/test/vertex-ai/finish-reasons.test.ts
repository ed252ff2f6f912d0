import { FINISH_REASONS_WITHOUT_CONTENT } from '../../src/vertex-ai/gemini/finish-reasons.ts';
import { MODEL, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const CHAT = 'v1/projects/sample-project/locations/us/endpoints/openapi/chat/completions';
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

test.each(FINISH_REASONS_WITHOUT_CONTENT)(
  '%s is the end of an answer without content',
  async (finishReason) => {
    const contents = [{ role: 'user', parts: [{ text: `Say it with the finish reason ${finishReason}.` }] }];
    const whole = await vertex.call('POST', `${MODEL}:generateContent`, { contents });
    const candidates = [{ content: {}, finishReason }];
    expect(whole).toMatchObject({
      status: 200,
      json: { candidates, usageMetadata: { candidatesTokenCount: 0 } },
    });
    const streamed = await vertex.call('POST', `${MODEL}:streamGenerateContent`, { contents });
    expect(streamed.json).toMatchObject([{ candidates }]);
  },
);

test.each([
  ['SAFETY', 'content_filter'],
  ['NO_IMAGE', 'stop'],
])('%s ends a chat as %s', async (reason, finishReason) => {
  const messages = [{ role: 'user', content: `finish reason ${reason}` }];
  const { json } = await vertex.call('POST', CHAT, { model: 'google/gemini-3.5-flash', messages });
  expect(json).toMatchObject({ choices: [{ finish_reason: finishReason, message: { content: '' } }] });
});

test.each(['finish reason STOP', 'finish reason safety', 'the reason SAFETY'])(
  '%j is a prompt as any other',
  async (text) => {
    const contents = [{ role: 'user', parts: [{ text }] }];
    const { json } = await vertex.call('POST', `${MODEL}:generateContent`, { contents });
    expect(json).toMatchObject({ candidates: [{ finishReason: 'STOP', content: { role: 'model' } }] });
  },
);
